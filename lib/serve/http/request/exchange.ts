import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { HttpError } from "./http-error.js";

/** What handlers of the framework find in their context. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: { exchange: Exchange };
}

/** A client's own name for its request; anything else is not repeated. */
const PLAIN_ID = /^[\w.:@/+=-]{1,128}$/;

/** One request and its answer, from the moment the head of the request is there. */
export class Exchange {
  /** The client's `x-request-id`, or a new one. */
  readonly id: string;
  readonly startedAt = new Date();
  /** The path of the endpoint that answers. */
  route = "other";
  /** Name of the model that answers. */
  model: string | undefined;
  /** Conversations and prompts that were scored. */
  items = 0;
  /** Tokens of those. */
  tokens = 0;
  /** Bytes of the body, unpacked. */
  bodyBytes = 0;
  /** Time from a whole body to a place at work. */
  waitedMs = 0;
  readonly #start = performance.now();
  readonly #bindings: HttpBindings;
  readonly #controller = new AbortController();

  constructor(bindings: HttpBindings) {
    this.#bindings = bindings;
    const { incoming, outgoing } = bindings;
    const given = incoming.headers["x-request-id"];
    this.id = typeof given === "string" && PLAIN_ID.test(given) ? given : randomUUID();
    outgoing.setHeader("x-request-id", this.id);
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) this.abort(new HttpError(499, "CLIENT_GONE", "The client went away."));
    });
  }

  /** Aborts the work for this request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Since the head of the request. */
  get elapsedMs(): number {
    return performance.now() - this.#start;
  }

  /** Status of the answer; 499 where the client went away before. */
  get status(): number {
    const { outgoing } = this.#bindings;
    return outgoing.writableFinished || outgoing.headersSent ? outgoing.statusCode : 499;
  }

  /** The request as it came: method, path without query, address of the client. */
  get request(): { method: string; path: string; client: string } {
    const { method = "", url = "", socket } = this.#bindings.incoming;
    const [path = ""] = url.split("?", 1);
    return { method, path, client: socket.remoteAddress ?? "" };
  }

  abort(reason: HttpError): void {
    this.#controller.abort(reason);
  }

  /** Has the connection end with this answer. */
  makeLast(): void {
    const { outgoing } = this.#bindings;
    if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
  }

  /** @param listener told once, when nothing of the answer is left to be sent, or nobody there to take it */
  onEnd(listener: () => void): void {
    this.#bindings.outgoing.once("close", listener);
  }
}

/** All requests that are being answered. */
export class LiveExchanges {
  readonly #live = new Set<Exchange>();
  #isEnding = false;

  /** Whether the server takes no new work. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  open(bindings: HttpBindings): Exchange {
    const exchange = new Exchange(bindings);
    this.#live.add(exchange);
    exchange.onEnd(() => this.#live.delete(exchange));
    if (this.#isEnding) exchange.makeLast();
    return exchange;
  }

  /** A connection that is kept would hold up the end. */
  makeLast(): void {
    this.#isEnding = true;
    for (const exchange of this.#live) exchange.makeLast();
  }

  abortAll(reason: HttpError): void {
    for (const exchange of this.#live) exchange.abort(reason);
  }
}
