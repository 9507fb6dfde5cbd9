import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InvalidArgumentError } from "../../errors.js";
import { errorAnswer, HttpError } from "./request/http-error.js";
import { readJson } from "./request/read-body.js";
import { POST_ROUTES } from "./routes.js";
import type { ServableScorer } from "./request/route.js";

/** What `RewardServer.start` may be told. */
export interface RewardServerOptions {
  /** Default: the loopback interface. Any other needs a token. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Wanted as `Authorization: Bearer …` on every request but `/health`. */
  token?: string | undefined;
  /** Default 32 MiB: some thousand long conversations. */
  maxBodyBytes?: number | undefined;
  /** Requests at work at once; more are turned away with 503. Default 64. */
  maxRequests?: number | undefined;
  /** Told about failures that are not the client's. */
  onError?: ((error: unknown) => void) | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Time for a refused body to arrive before its connection is closed. */
const DRAIN_MS = 5_000;

/** Bodies of the largest size whose bytes may be held at once while they are on their way. */
const BODIES_AT_ONCE = 8;

/** Time for a request's head to arrive, and for a client to take more of its answer. */
const HEAD_MS = 10_000;
const ANSWER_IDLE_MS = 60_000;

/** Time for the last answers to leave after the requests at work were aborted. */
const LAST_ANSWERS_MS = 500;

/**
 * A model behind HTTP, in the formats that clients of other reward servers already send; see `routes.ts`. Plain `node:http`: a
 * dozen fixed JSON routes need no framework. The scorer stays its owner's.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { RewardServer } from "llama-reward/serve";
 *
 * const model = await RewardModel.load("models/grm");
 * const server = await RewardServer.start(model, { port: 0 });
 * const response = await fetch(`${server.url}/score`, {
 *   method: "POST",
 *   body: JSON.stringify({ prompt: "What is 2 + 2?", response: "4." }),
 * });
 * console.log(await response.json());
 * await server.close();
 * await model.dispose();
 * ```
 */
export class RewardServer {
  readonly #scorer: ServableScorer;
  readonly #options: RewardServerOptions;
  readonly #server: Server;
  readonly #running = new Set<AbortController>();
  /** Bytes of bodies on their way. */
  #heldBytes = 0;
  #url = "";
  #closing: Promise<void> | undefined;

  private constructor(scorer: ServableScorer, options: RewardServerOptions) {
    this.#scorer = scorer;
    this.#options = options;
    this.#server = createServer(
      { headersTimeout: HEAD_MS, connectionsCheckingInterval: HEAD_MS / 2 },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
  }

  /**
   * Starts to listen.
   * @throws InvalidArgumentError other than the loopback interface without a token; the system's error for a taken port
   */
  static async start(scorer: ServableScorer, options: RewardServerOptions = {}): Promise<RewardServer> {
    const { host = "127.0.0.1", port = 0, token } = options;
    if (!LOOPBACK.has(host) && (token ?? "") === "") {
      throw new InvalidArgumentError(
        `Listening on ${host} lets other computers in, so a token is needed: set LLAMA_REWARD_TOKEN.`,
      );
    }
    const server = new RewardServer(scorer, options);
    server.#server.listen(port, host);
    try {
      await once(server.#server, "listening");
    } catch (cause) {
      throw cannotListen(host, port, cause);
    }
    const { address, family, port: ownPort } = server.#server.address() as AddressInfo;
    server.#url = `http://${family === "IPv6" ? `[${address}]` : address}:${ownPort}`;
    return server;
  }

  /** Address to open, e.g. `http://127.0.0.1:8080`. */
  get url(): string {
    return this.#url;
  }

  /** Takes no new requests, lets those at work end within `graceMs`, then aborts them. May be called twice. */
  close(graceMs = 10_000): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    const timer = setTimeout(() => {
      const stopped = new HttpError(503, "SHUTTING_DOWN", "The server stops.");
      for (const controller of this.#running) controller.abort(stopped);
      // A client that never ends its request must not hold the server either.
      setTimeout(() => {
        this.#server.closeAllConnections();
      }, LAST_ANSWERS_MS);
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished)
        controller.abort(new HttpError(499, "CLIENT_GONE", "The client went away."));
    });
    try {
      const body = await this.#route(request, controller);
      this.#send(response, 200, body);
    } catch (error) {
      const { status, body } = errorAnswer(error);
      if (status >= 500 && !(error instanceof HttpError)) this.#options.onError?.(error);
      if (status === 401) response.setHeader("www-authenticate", "Bearer");
      if (status === 503) response.setHeader("retry-after", "1");
      if (!request.complete) response.setHeader("connection", "close");
      this.#send(response, status, body, request);
    } finally {
      this.#running.delete(controller);
    }
  }

  async #route(request: IncomingMessage, controller: AbortController): Promise<unknown> {
    const [pathname = ""] = (request.url ?? "").split("?", 1);
    this.#checkHost(request);
    if (pathname === "/health") return { status: "ok" };
    this.#checkToken(request);
    const { name } = this.#scorer.description;
    if (request.method === "GET" && pathname === "/v1/models") {
      return { object: "list", data: [{ id: name, object: "model", owned_by: "llama-reward" }] };
    }
    const handler = POST_ROUTES.get(pathname);
    if (handler === undefined) throw new HttpError(404, "NOT_FOUND", `There is no ${pathname} here.`);
    if (request.method !== "POST") throw new HttpError(405, "METHOD_NOT_ALLOWED", `${pathname} takes POST.`);
    const body = await this.#receive(request);
    // Only now: a request whose body does not come must keep nobody from work.
    if (this.#running.size >= (this.#options.maxRequests ?? 64)) {
      throw new HttpError(503, "BUSY", `${this.#running.size} requests are at work. Try again soon.`);
    }
    this.#running.add(controller);
    return handler(body, { scorer: this.#scorer, signal: controller.signal });
  }

  /** Reads a body, unless those on their way hold too much memory already. */
  async #receive(request: IncomingMessage): Promise<unknown> {
    const maxBytes = this.#options.maxBodyBytes ?? 32 * 2 ** 20;
    let held = 0;
    try {
      return await readJson(request, maxBytes, (count) => {
        if (this.#heldBytes + count > BODIES_AT_ONCE * maxBytes) {
          throw new HttpError(503, "BUSY", "Too many large bodies are on their way. Try again soon.");
        }
        held += count;
        this.#heldBytes += count;
      });
    } finally {
      this.#heldBytes -= held;
    }
  }

  /** @param request the one answered, where its body may still be on its way */
  #send(response: ServerResponse, status: number, body: unknown, request?: IncomingMessage): void {
    const text = JSON.stringify(body);
    // A connection that is kept would hold up the end.
    if (this.#closing !== undefined) response.setHeader("connection", "close");
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(text),
    });
    response.setTimeout(ANSWER_IDLE_MS);
    response.write(text);
    if (request === undefined || request.complete) response.end();
    else void drain(request).then(() => response.end());
  }

  /** A page of another name that resolves to this computer (DNS rebinding) gets nothing from a loopback server. */
  #checkHost({ headers }: IncomingMessage): void {
    if (!LOOPBACK.has(this.#options.host ?? "127.0.0.1")) return;
    const name = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!LOOPBACK.has(name)) throw new HttpError(403, "FORBIDDEN", `This server is not called ${name}.`);
  }

  #checkToken({ headers }: IncomingMessage): void {
    const { token } = this.#options;
    if (token === undefined || token === "") return;
    const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
    if (!timingSafeEqual(digest(given), digest(token))) {
      throw new HttpError(401, "UNAUTHORIZED", "Send the server's token as Authorization: Bearer.");
    }
  }
}

/** The system's error, with its code, and what to do about it. */
function cannotListen(host: string, port: number, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const advice =
    code === "EADDRINUSE"
      ? "Another program listens there: choose another --port, or end it."
      : "Choose another --port or --host.";
  return Object.assign(
    new Error(`Cannot listen on ${host}, port ${port} (${message}). ${advice}`, { cause }),
    {
      code,
    },
  );
}

/**
 * Throws away what is left of a body, for a while. A connection closed while its client still sends is reset, and most
 * clients then never see the answer that is there already.
 */
async function drain(request: IncomingMessage): Promise<void> {
  const timeUp = AbortSignal.timeout(DRAIN_MS);
  request.resume();
  await once(request, "close", { signal: timeUp }).catch(() => undefined);
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
