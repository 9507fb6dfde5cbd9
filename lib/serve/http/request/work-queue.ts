import { abortable } from "../../../util/abortable.js";
import { HttpError } from "./http-error.js";
import type { ServerSettings } from "./server-settings.js";

/** Bounds of what a client is told to wait, in seconds. */
const SHORTEST_WAIT_S = 1;
const LONGEST_WAIT_S = 60;

/** Share of the newest request in the mean that the wait is told by. */
const NEWEST_SHARE = 0.1;

/** Requests at work and those that wait for it, in order; both are bounded. */
export class WorkQueue {
  readonly #maxRequests: number;
  readonly #maxQueue: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #meanMs = 0;

  constructor({ maxRequests, maxQueue }: Pick<ServerSettings, "maxRequests" | "maxQueue">) {
    this.#maxRequests = maxRequests;
    this.#maxQueue = maxQueue;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a place at work.
   * @returns gives the place back
   * @throws HttpError 429 too many wait; the signal's reason
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#running >= this.#maxRequests) await this.#wait(signal);
    else this.#running++;
    const start = performance.now();
    return () => {
      this.#leave(performance.now() - start);
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#maxQueue) {
      throw new HttpError(
        429,
        "BUSY",
        `${this.#running} requests are at work, and ${this.#waiting.size} wait. Try again soon.`,
        { "retry-after": `${this.#waitSeconds()}` },
      );
    }
    let turn: () => void = () => undefined;
    const called = new Promise<void>((resolve) => (turn = resolve));
    this.#waiting.add(turn);
    try {
      await abortable(called, signal);
    } catch (error) {
      // Its turn may have come at the same moment: the next one's then.
      if (!this.#waiting.delete(turn)) this.#pass();
      throw error;
    }
  }

  #leave(tookMs: number): void {
    this.#meanMs = this.#meanMs === 0 ? tookMs : this.#meanMs + NEWEST_SHARE * (tookMs - this.#meanMs);
    this.#pass();
  }

  /** Gives a place to whoever waits longest. */
  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else {
      this.#waiting.delete(next);
      next();
    }
  }

  #waitSeconds(): number {
    const seconds = ((this.#waiting.size + 1) * this.#meanMs) / this.#maxRequests / 1000;
    return Math.min(LONGEST_WAIT_S, Math.max(SHORTEST_WAIT_S, Math.ceil(seconds)));
  }
}
