import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopback, type ServerSettings } from "./server-settings.js";
import { HttpError } from "./http-error.js";

/** How long a browser may remember that a page may ask, in seconds. */
const ASKED_S = 600;

/** Who may ask a server. */
export class Access {
  readonly #isLocal: boolean;
  readonly #token: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor({ host, socketPath, token, origins }: ServerSettings) {
    // No page reaches a socket in the file system.
    this.#isLocal = socketPath === undefined && isLoopback(host);
    this.#token = token === "" ? undefined : digest(token);
    this.#origins = new Set(origins);
  }

  /** A page of another name that resolves to this computer (DNS rebinding) gets nothing from a loopback server. */
  checkHost({ headers }: IncomingMessage): void {
    if (!this.#isLocal) return;
    const name = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!isLoopback(name)) throw new HttpError(403, "FORBIDDEN", `This server is not called ${name}.`);
  }

  /**
   * Browsers say which page asks. Those of the server's own address and of the origins it was started with may; for the latter
   * the answer says so.
   * @throws HttpError 403
   */
  checkOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
    const { origin, host } = headers;
    if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
    if (!this.#origins.has(origin)) {
      throw new HttpError(
        403,
        "FORBIDDEN",
        `Pages of ${origin} may not ask here. Start it with --origin ${origin}.`,
      );
    }
    response.setHeader("vary", "origin");
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", "x-request-id, retry-after");
  }

  /** What a browser asks before it lets a page of another origin ask. */
  allowPage(response: ServerResponse): void {
    response.setHeader("access-control-allow-methods", "GET, POST");
    response.setHeader(
      "access-control-allow-headers",
      "authorization, content-type, content-encoding, prefer, x-request-id",
    );
    response.setHeader("access-control-max-age", ASKED_S);
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
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
