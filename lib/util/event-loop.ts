import { setImmediate } from "node:timers/promises";

/** Lets the event loop turn once: timers, messages and aborts of others come in between two stretches of work. */
export async function nextTurn(): Promise<undefined> {
  await setImmediate();
}

/** Longest stretch of synchronous work before the event loop gets its turn. */
const SLICE_MS = 3;

/** Cuts a loop of synchronous steps so that it never holds the event loop for long: await `pause` between steps. */
export class TimeSlice {
  #start = performance.now();

  /** Gives the event loop its turn once the slice is used up. */
  async pause(): Promise<void> {
    if (performance.now() - this.#start < SLICE_MS) return;
    await nextTurn();
    this.#start = performance.now();
  }
}
