import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { abortable } from "../../../util/abortable.js";
import { HttpError } from "./http-error.js";
import { refuseUnhonoured } from "./unhonoured-fields.js";
import { DEEPEST_RECORD, isDeeperThan } from "../../../formats/json/parse-json.js";
import { parseRecords } from "../../../formats/json/parse-records.js";
import { messageOf } from "../../../util/caught.js";
import { zodProblems } from "../../../util/zod-problems.js";

/** A client that sends nothing for so long … */
const IDLE_BODY_MS = 10_000;
/** … or has not sent all by then is given up. */
const WHOLE_BODY_MS = 120_000;

/**
 * Reads a JSON body up to a size.
 * @param onBytes told of each part as it comes; what it throws refuses the body
 * @throws HttpError 413 too large, 415 not announced as JSON, 400 no JSON, or not UTF-8,
 * 408 the body does not end
 */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
  onBytes: (count: number) => void = () => undefined,
): Promise<unknown> {
  // A page can only send this type after asking the server first, which never agrees: no page can post here.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON, with content-type: application/json.");
  }
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (!/^identity$/i.test(encoding)) {
    throw new HttpError(
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      `Send the body as it is, without content-encoding: ${encoding}.`,
    );
  }
  const tooLarge = new HttpError(
    413,
    "BODY_TOO_LARGE",
    `The body is larger than ${maxBytes} bytes. Send less at once.`,
  );
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge;
  const text = decode(await receive(request, maxBytes, tooLarge, onBytes));
  let value: unknown;
  try {
    value = parseRecords(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new HttpError(400, "BODY_INVALID", `The body is not JSON: ${reason}`);
  }
  if (!isDeeperThan(value, DEEPEST_RECORD)) return value;
  throw new HttpError(
    400,
    "BODY_INVALID",
    `The body has lists or objects more than ${DEEPEST_RECORD} levels deep.`,
  );
}

/**
 * Waits for a body as long as it keeps coming: one that stays away would hold a connection, and what came of it, for ever.
 * @throws HttpError 413 too large, 408 it does not end
 */
async function receive(
  request: IncomingMessage,
  maxBytes: number,
  tooLarge: HttpError,
  onBytes: (count: number) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const stalled = new AbortController();
  const stall = (): void => {
    stalled.abort(
      new HttpError(408, "BODY_TIMEOUT", "The body did not come to its end in time. Send it again."),
    );
  };
  const whole = setTimeout(stall, WHOLE_BODY_MS);
  const idle = setTimeout(stall, IDLE_BODY_MS);
  try {
    // The connection outlives a body that is too large: its answer goes out there.
    const body = request.iterator({ destroyOnReturn: false });
    for (;;) {
      const next = (await abortable(body.next(), stalled.signal)) as IteratorResult<Buffer, undefined>;
      if (next.done === true) return Buffer.concat(chunks);
      idle.refresh();
      sizeBytes += next.value.length;
      if (sizeBytes > maxBytes) throw tooLarge;
      onBytes(next.value.length);
      chunks.push(next.value);
    }
  } finally {
    clearTimeout(whole);
    clearTimeout(idle);
  }
}

/** @throws HttpError 400: repaired text would be scored as if it were the client's */
function decode(bytes: Buffer): string {
  try {
    // A byte-order mark in front of JSON says nothing.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/^\ufeff/, "");
  } catch {
    throw new HttpError(400, "BODY_INVALID", "The body is not UTF-8. JSON is sent in UTF-8.");
  }
}

/**
 * Checks a body's shape. Fields that change no score are passed over: clients send more than a reward model needs.
 * @param honoured fields that the route makes something of
 * @throws HttpError 422 a wrong shape, or a field that would change the score and is not honoured
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, honoured: readonly string[]): T {
  const result = schema.safeParse(body);
  if (result.success) {
    refuseUnhonoured(body, honoured);
    return result.data;
  }
  throw new HttpError(422, "INVALID_ARGUMENT", zodProblems(result.error, "body").join("; "));
}
