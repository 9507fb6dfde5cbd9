import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.js";
import { readJson } from "./read-body.js";

/** What {@link Guards} go by; see `RewardServerOptions`. */
export interface GuardRules {
  host?: string | undefined;
  token?: string | undefined;
  maxBodyBytes?: number | undefined;
  maxRequests?: number | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Bodies of the largest size whose bytes may be held at once while they are on their way. */
const BODIES_AT_ONCE = 8;

const SOON = { "retry-after": "1" } as const;

/** Whether a name is this computer's own, which no other computer reaches. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** Who may ask a server, and how much at once. */
export class Guards {
  readonly #isLocal: boolean;
  readonly #token: Buffer | undefined;
  readonly #maxBodyBytes: number;
  readonly #maxRequests: number;
  #running = 0;
  /** Bytes of bodies on their way. */
  #heldBytes = 0;

  constructor({ host = "127.0.0.1", token = "", maxBodyBytes = 32 * 2 ** 20, maxRequests = 64 }: GuardRules) {
    this.#isLocal = isLoopback(host);
    this.#token = token === "" ? undefined : digest(token);
    this.#maxBodyBytes = maxBodyBytes;
    this.#maxRequests = maxRequests;
  }

  /** A page of another name that resolves to this computer (DNS rebinding) gets nothing from a loopback server. */
  checkHost({ headers }: IncomingMessage): void {
    if (!this.#isLocal) return;
    const name = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!isLoopback(name)) throw new HttpError(403, "FORBIDDEN", `This server is not called ${name}.`);
  }

  /** @throws HttpError 401 */
  checkToken({ headers }: IncomingMessage): void {
    if (this.#token === undefined) return;
    const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
    if (!timingSafeEqual(digest(given), this.#token)) {
      throw new HttpError(401, "UNAUTHORIZED", "Send the server's token as Authorization: Bearer.", {
        "www-authenticate": "Bearer",
      });
    }
  }

  /** Reads a body, unless those on their way hold too much memory already. @throws HttpError 503 */
  async receive(request: IncomingMessage): Promise<unknown> {
    let held = 0;
    try {
      return await readJson(request, this.#maxBodyBytes, (count) => {
        if (this.#heldBytes + count > BODIES_AT_ONCE * this.#maxBodyBytes) {
          throw new HttpError(503, "BUSY", "Too many large bodies are on their way. Try again soon.", SOON);
        }
        held += count;
        this.#heldBytes += count;
      });
    } finally {
      this.#heldBytes -= held;
    }
  }

  /** Counts a request among those at work, until {@link leave}. @throws HttpError 503 there are too many */
  enter(): void {
    if (this.#running >= this.#maxRequests) {
      throw new HttpError(503, "BUSY", `${this.#running} requests are at work. Try again soon.`, SOON);
    }
    this.#running++;
  }

  /** A request at work has ended. */
  leave(): void {
    this.#running--;
  }
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
