import type { HttpBindings } from "@hono/node-server";
import { HttpError } from "./http-error.js";

/** What handlers of the framework find in their context. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: { exchange: Exchange };
}

/** One request and its answer, from the moment the head of the request is there. */
export class Exchange {
  readonly #bindings: HttpBindings;
  readonly #controller = new AbortController();

  constructor(bindings: HttpBindings) {
    this.#bindings = bindings;
    const { outgoing } = bindings;
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) this.abort(new HttpError(499, "CLIENT_GONE", "The client went away."));
    });
  }

  /** Aborts the work for this request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
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
