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
  readonly #running = new Set<AbortController>();
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
      throw new HttpError(401, "UNAUTHORIZED", "Send the server's token as Authorization: Bearer.");
    }
  }

  /** Reads a body, unless those on their way hold too much memory already. @throws HttpError 503 */
  async receive(request: IncomingMessage): Promise<unknown> {
    let held = 0;
    try {
      return await readJson(request, this.#maxBodyBytes, (count) => {
        if (this.#heldBytes + count > BODIES_AT_ONCE * this.#maxBodyBytes) {
          throw new HttpError(503, "BUSY", "Too many large bodies are on their way. Try again soon.");
        }
        held += count;
        this.#heldBytes += count;
      });
    } finally {
      this.#heldBytes -= held;
    }
  }

  /** Counts a request among those at work, until {@link leave}. @throws HttpError 503 there are too many */
  enter(controller: AbortController): void {
    if (this.#running.size >= this.#maxRequests) {
      throw new HttpError(503, "BUSY", `${this.#running.size} requests are at work. Try again soon.`);
    }
    this.#running.add(controller);
  }

  /** A request ended, whether it was at work or not. */
  leave(controller: AbortController): void {
    this.#running.delete(controller);
  }

  /** Aborts the requests at work. */
  abortAll(reason: HttpError): void {
    for (const controller of this.#running) controller.abort(reason);
  }
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
