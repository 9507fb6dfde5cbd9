import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InvalidArgumentError } from "../../errors.js";
import { Guards, isLoopback } from "./request/guards.js";
import { errorAnswer, HttpError } from "./request/http-error.js";
import type { ServableScorer } from "./request/route.js";
import { sendAnswer } from "./request/send-answer.js";
import { route } from "./routes.js";

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

/** Time for a request's head to arrive. */
const HEAD_MS = 10_000;

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
  readonly #guards: Guards;
  #url = "";
  #closing: Promise<void> | undefined;

  private constructor(scorer: ServableScorer, options: RewardServerOptions) {
    this.#scorer = scorer;
    this.#options = options;
    this.#guards = new Guards(options);
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
    if (!isLoopback(host) && (token ?? "") === "") {
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
      this.#guards.abortAll(new HttpError(503, "SHUTTING_DOWN", "The server stops."));
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
      const body = await route(request, this.#scorer, this.#guards, controller);
      this.#closeIfEnding(response);
      sendAnswer(response, 200, body);
    } catch (error) {
      const { status, body } = errorAnswer(error);
      if (status >= 500 && !(error instanceof HttpError)) this.#options.onError?.(error);
      if (status === 401) response.setHeader("www-authenticate", "Bearer");
      if (status === 503) response.setHeader("retry-after", "1");
      if (!request.complete) response.setHeader("connection", "close");
      this.#closeIfEnding(response);
      sendAnswer(response, status, body, request);
    } finally {
      this.#guards.leave(controller);
    }
  }

  /** A connection that is kept would hold up the end. */
  #closeIfEnding(response: ServerResponse): void {
    if (this.#closing !== undefined) response.setHeader("connection", "close");
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
