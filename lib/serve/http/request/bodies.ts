import type { IncomingMessage } from "node:http";
import { parseJson } from "../../../formats/json/parse-json.js";
import { arrivedBytes, bodyBytes, unsupported } from "./body-bytes.js";
import type { Exchange } from "./exchange.js";
import { HttpError } from "./http-error.js";
import type { ServerSettings } from "./server-settings.js";

/** Bodies of the largest size whose bytes may be held at once, from their first byte to the end of their answer. */
const BODIES_AT_ONCE = 8;

/** Smaller ones are always taken: slow clients with large bodies keep nobody else out. */
const SMALL_BYTES = 64 * 1024;
const SMALL_SHARE = 1 / 8;

const LINES_TYPE = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)\b/i;

/** Reads bodies, up to a size each, and up to one for all that are held. */
export class Bodies {
  readonly #settings: ServerSettings;
  #heldBytes = 0;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
  }

  /** Whether a request brings JSON Lines, which are scored as they come. */
  isLines({ headers }: IncomingMessage): boolean {
    return LINES_TYPE.test(headers["content-type"] ?? "");
  }

  /** The bytes of JSON Lines. @throws HttpError 415, 408 */
  lines(request: IncomingMessage): AsyncIterable<Uint8Array> {
    return bodyBytes(request, { idleMs: this.#settings.idleMs, wholeMs: undefined });
  }

  /**
   * Reads a JSON body.
   * @throws HttpError 413 too large, 415 not announced as JSON, 400 no JSON, or not UTF-8, 408 it does not end, 503 too much is
   * held already
   */
  async json(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
    // A page can only send this type after asking the server first: see `Access`.
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
      throw unsupported("Send JSON, with content-type: application/json.");
    }
    const parsed = parseJson(await this.#receive(request, exchange));
    if (parsed?.problem === undefined && parsed !== undefined) return parsed.value;
    throw new HttpError(400, "BODY_INVALID", `The body ${parsed?.problem ?? "is empty: JSON is wanted"}.`);
  }

  async #receive(request: IncomingMessage, exchange: Exchange): Promise<Buffer> {
    const { maxBodyBytes, idleMs, bodyMs } = this.#settings;
    const bytes = bodyBytes(request, { idleMs, wholeMs: bodyMs });
    if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
    exchange.onEnd(() => {
      this.#heldBytes -= exchange.bodyBytes;
    });
    const smallBytes = Math.min(SMALL_BYTES, maxBodyBytes * SMALL_SHARE);
    const chunks: Uint8Array[] = [];
    const take = (chunk: Uint8Array): void => {
      if (exchange.bodyBytes + chunk.length > maxBodyBytes) throw tooLarge(maxBodyBytes);
      const isTooMuch = this.#heldBytes + chunk.length > BODIES_AT_ONCE * maxBodyBytes;
      if (isTooMuch && exchange.bodyBytes + chunk.length > smallBytes) {
        const message = "Too many large bodies are being worked on. Try again soon.";
        throw new HttpError(503, "BUSY", message, { "retry-after": "1" });
      }
      exchange.bodyBytes += chunk.length;
      this.#heldBytes += chunk.length;
      chunks.push(chunk);
    };
    const whole = await arrivedBytes(request);
    if (whole !== undefined) {
      take(whole);
      return whole;
    }
    for await (const chunk of bytes) take(chunk);
    return Buffer.concat(chunks);
  }
}

function tooLarge(maxBodyBytes: number): HttpError {
  return new HttpError(
    413,
    "BODY_TOO_LARGE",
    `The body is larger than ${maxBodyBytes} bytes. Send less at once.`,
  );
}
