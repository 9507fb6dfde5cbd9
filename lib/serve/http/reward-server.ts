import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { listen } from "./listen.js";
import { ChatProxy } from "./chat/chat-proxy.js";
import { makeApp } from "./make-app.js";
import { Access } from "./request/access.js";
import { Bodies } from "./request/bodies.js";
import { LiveExchanges } from "./request/exchange.js";
import { HttpError } from "./request/http-error.js";
import { ItemLimits } from "./request/item-limits.js";
import { ServedModels } from "./request/models.js";
import type { ServableScorer } from "./request/route.js";
import { serverSettings, type RewardServerOptions, type ServerSettings } from "./request/server-settings.js";
import { WorkQueue } from "./request/work-queue.js";
import { endpointList, type EndpointExample } from "./status/endpoint-list.js";
import { AccessLog } from "./watch/access-log.js";
import { Metrics } from "./watch/metrics.js";

export type { RewardServerOptions } from "./request/server-settings.js";

/** Time for the last answers to leave after the requests at work were aborted. */
const LAST_ANSWERS_MS = 500;

/**
 * Models behind HTTP, in the formats that clients of other reward servers already send; see `endpoints.ts`. The scorers stay
 * their owner's.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { RewardServer } from "llama-reward/serve";
 *
 * const model = await RewardModel.load("models/grm");
 * const server = await RewardServer.start(model, { port: 0 });
 * const response = await fetch(`${server.url}/v1/score`, {
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
  readonly #models: ServedModels;
  readonly #hasToken: boolean;
  readonly #chat: ChatProxy | undefined;
  #url = "";
  #closing: Promise<void> | undefined;

  private constructor(scorers: readonly ServableScorer[], settings: ServerSettings) {
    const models = new ServedModels(scorers);
    this.#models = models;
    this.#hasToken = settings.token !== "";
    const { upstream, onError } = settings;
    this.#chat =
      upstream === undefined ? undefined : new ChatProxy(upstream, { hasToken: this.#hasToken, onError });
    const queue = new WorkQueue(settings);
    const app = makeApp({
      settings,
      models,
      queue,
      access: new Access(settings),
      bodies: new Bodies(settings),
      limits: new ItemLimits(settings),
      exchanges: this.#exchanges,
      metrics: new Metrics({ queue, models }),
      log: new AccessLog(settings),
      chat: this.#chat,
    });
    const listener = getRequestListener(app.fetch, {
      hostname: "localhost",
      overrideGlobalObjects: false,
      autoCleanupIncoming: false,
      // Only what is no address at all comes here.
      errorHandler: () => new Response("There is no such address here.", { status: 404 }),
    });
    const { headerMs, keepAliveMs } = settings;
    this.#server = createServer(
      {
        headersTimeout: headerMs,
        connectionsCheckingInterval: Math.ceil(headerMs / 2),
        keepAliveTimeout: keepAliveMs,
        // Bodies have time limits of their own.
        requestTimeout: 0,
      },
      (request, response) => {
        void listener(request, response);
      },
    );
  }

  /**
   * Starts to listen.
   * @param scorers one model, or several with different names, which requests choose from by `model`
   * @throws InvalidArgumentError wrong options; other than the loopback interface without a token; the system's error for a taken
   * port
   */
  static async start(
    scorers: ServableScorer | readonly ServableScorer[],
    options: RewardServerOptions = {},
  ): Promise<RewardServer> {
    const settings = serverSettings(options);
    const server = new RewardServer([scorers].flat(), settings);
    await server.#chat?.open();
    server.#url = await listen(server.#server, settings);
    return server;
  }

  /** Address to open, e.g. `http://127.0.0.1:8080`, or `unix:PATH`. */
  get url(): string {
    return this.#url;
  }

  /** Every address that is answered, each with a command line that tries it. */
  get endpoints(): EndpointExample[] {
    const models = this.#models.list.map(({ description }) => description);
    return endpointList({
      url: this.#url,
      hasToken: this.#hasToken,
      models,
      hasUpstream: this.#chat !== undefined,
    });
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
    await this.#chat?.close();
    clearTimeout(timer);
  }
}
