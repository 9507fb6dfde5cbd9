/**
 * Runs a task once the work at hand is done, in a macrotask of its own. Everything that becomes ready in between travels
 * in one message, which is what keeps the protocol's cost small.
 */
export function soon(task: () => void): void {
  if (typeof setImmediate === "function") setImmediate(task);
  else setTimeout(task, 0);
}

/** Collects values and hands them over together, {@link soon}. */
export class Batcher<T> {
  #values: T[] = [];
  readonly #flush: (values: T[]) => void;

  constructor(flush: (values: T[]) => void) {
    this.#flush = flush;
  }

  add(value: T): void {
    this.#values.push(value);
    if (this.#values.length === 1) {
      soon(() => {
        this.flushNow();
      });
    }
  }

  /** Hands over what is there, now. */
  flushNow(): void {
    if (this.#values.length === 0) return;
    const values = this.#values;
    this.#values = [];
    this.#flush(values);
  }
}
