import type { IncomingMessage } from "node:http";
import { gunzip } from "../../../formats/gunzip.js";
import { abortable } from "../../../util/abortable.js";
import { messageOf } from "../../../util/caught.js";
import { HttpError } from "./http-error.js";

/** Packed bytes that are unpacked at once: a kilobyte may hold a megabyte. */
const PACKED_PIECE_BYTES = 1024;

/** How long a body may take. */
export interface BodyTimes {
  /** Without a byte. */
  idleMs: number;
  /** In all; undefined for one that may take as long as it keeps coming. */
  wholeMs: number | undefined;
}

/**
 * The bytes of a body, unpacked where they came packed.
 * @throws HttpError 415 packed otherwise than by gzip, or not by it; 408 the body stays away
 */
export function bodyBytes(request: IncomingMessage, times: BodyTimes): AsyncIterable<Uint8Array> {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const bytes = arriving(request, times);
  if (encoding === "identity") return bytes;
  if (encoding === "gzip" || encoding === "x-gzip") return unpacked(bytes);
  throw unsupported(`Send the body as it is, or packed by gzip, not with content-encoding: ${encoding}.`);
}

/** The whole of a body that came in one piece with its head, as small ones do: it needs no stream to wait for. */
export async function arrivedBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  // Node tells of the head before it looks at what stands behind it.
  await Promise.resolve();
  const { readableLength, headers } = request;
  if (readableLength !== Number(headers["content-length"]) || headers["content-encoding"] !== undefined)
    return undefined;
  const bytes = request.read() as Buffer | null;
  // To its end, which is not told otherwise.
  request.resume();
  return bytes ?? Buffer.alloc(0);
}

/** @returns the error for a body of a kind that is not understood */
export function unsupported(message: string): HttpError {
  return new HttpError(415, "UNSUPPORTED_MEDIA_TYPE", message, { "accept-encoding": "gzip, identity" });
}

/**
 * Waits for a body as long as it keeps coming: one that stays away would hold a connection, and what came of it, for ever.
 * The time that the reader takes does not count.
 */
async function* arriving(
  request: IncomingMessage,
  { idleMs, wholeMs }: BodyTimes,
): AsyncIterable<Uint8Array> {
  const stalled = new AbortController();
  const stall = (): void => {
    stalled.abort(
      new HttpError(408, "BODY_TIMEOUT", "The body did not come to its end in time. Send it again."),
    );
  };
  const whole = wholeMs === undefined ? undefined : setTimeout(stall, wholeMs);
  try {
    // The connection outlives a body that is refused: its answer goes out there.
    const body = request.iterator({ destroyOnReturn: false });
    for (;;) {
      const idle = setTimeout(stall, idleMs);
      const next = await abortable(body.next(), stalled.signal)
        .catch((error: unknown) => {
          // Node's own word for it is no failure of the server's.
          throw stalled.signal.aborted ? error : new HttpError(499, "CLIENT_GONE", messageOf(error));
        })
        .finally(() => {
          clearTimeout(idle);
        });
      if (next.done === true) return;
      yield next.value as Buffer;
    }
  } finally {
    clearTimeout(whole);
  }
}

async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* gunzip(inPieces(bytes));
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw unsupported(`The body is not what content-encoding: gzip says (${messageOf(error)}).`);
  }
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += PACKED_PIECE_BYTES) {
      yield chunk.subarray(start, start + PACKED_PIECE_BYTES);
    }
  }
}
