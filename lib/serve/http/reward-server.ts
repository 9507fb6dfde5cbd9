import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { InvalidArgumentError } from "../../errors.js";
import { makeApp } from "./make-app.js";
import { LiveExchanges } from "./request/exchange.js";
import { Guards, isLoopback } from "./request/guards.js";
import { HttpError } from "./request/http-error.js";
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

/** Time for a request's head to arrive. */
const HEAD_MS = 10_000;

/** Time for the last answers to leave after the requests at work were aborted. */
const LAST_ANSWERS_MS = 500;

/**
 * A model behind HTTP, in the formats that clients of other reward servers already send; see `endpoints.ts`. The scorer stays its
 * owner's.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { RewardServer } from "llama-reward/serve";
 *
 * const model = await RewardModel.load("models/grm");
 * const server = await RewardServer.start(model, { port: 0 });
 * const response = await fetch(`${server.url}/score`, {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify({ prompt: "What is 2 + 2?", response: "4." }),
 * });
 * console.log(await response.json());
 * await server.close();
 * await model.dispose();
 * ```
 */
export class RewardServer {
  readonly #server: Server;
  readonly #exchanges = new LiveExchanges();
  #url = "";
  #closing: Promise<void> | undefined;

  private constructor(scorer: ServableScorer, options: RewardServerOptions) {
    const { onError } = options;
    const app = makeApp({ scorer, guards: new Guards(options), exchanges: this.#exchanges, onError });
    const listener = getRequestListener(app.fetch, {
      hostname: "localhost",
      overrideGlobalObjects: false,
      autoCleanupIncoming: false,
      // Only what is no address at all comes here.
      errorHandler: () => new Response("There is no such address here.", { status: 404 }),
    });
    this.#server = createServer(
      { headersTimeout: HEAD_MS, connectionsCheckingInterval: HEAD_MS / 2 },
      (request, response) => {
        void listener(request, response);
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
    this.#exchanges.makeLast();
    const timer = setTimeout(() => {
      this.#exchanges.abortAll(new HttpError(503, "SHUTTING_DOWN", "The server stops."));
      // A client that never ends its request must not hold the server either.
      setTimeout(() => {
        this.#server.closeAllConnections();
      }, LAST_ANSWERS_MS);
    }, graceMs);
    await closed;
    clearTimeout(timer);
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
