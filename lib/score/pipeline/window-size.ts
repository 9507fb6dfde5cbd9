import type { WindowSize } from "./windows.js";

/** Characters of the first window: a few hundred tokens, so that the first results come soon. */
const FIRST_WEIGHT = 4096;
/**
 * Bounds what is in memory, and how long planning a window holds the event loop (a few milliseconds), whatever the machine:
 * about 65,000 tokens.
 */
const MOST_WEIGHT = 1 << 18;
const MOST_ITEMS = 128;
/** A window should keep the backbone busy for about this long: results and aborts come in good time, and the gaps between
 * windows do not count. */
const SHORT_MS = 1000;
const LONG_MS = 4000;

/** Grows or shrinks the windows of a stream with the speed of the machine. */
export class AdaptiveWindowSize implements WindowSize {
  readonly items = MOST_ITEMS;
  #weight = FIRST_WEIGHT;
  #lastEnd = 0;

  get weight(): number {
    return this.#weight;
  }

  /**
   * A window was computed. Windows wait for each other, so its time counts from the end of the one before.
   * @param weight what it held; a window that was not full says nothing about full ones
   */
  record(weight: number, startMs: number, endMs: number): void {
    const elapsed = endMs - Math.max(startMs, this.#lastEnd);
    this.#lastEnd = endMs;
    if (elapsed > LONG_MS) this.#weight = Math.max(FIRST_WEIGHT, this.#weight / 2);
    else if (elapsed < SHORT_MS && weight >= this.#weight)
      this.#weight = Math.min(MOST_WEIGHT, this.#weight * 2);
  }
}
