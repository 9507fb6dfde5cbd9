import { appendAll } from "../../util/collections.js";

/** A queue with one reader: values are awaited in order, until the end or a failure. */
export class Inbox<T> {
  readonly #values: T[] = [];
  #ended = false;
  #failure: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(values: readonly T[]): void {
    appendAll(this.#values, values);
    this.#notify();
  }

  /** No more values will come; those that wait are still delivered. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** The reader rejects with `reason` at once; values that wait are dropped. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#values.length = 0;
    this.#notify();
  }

  /** @returns the next value, or undefined at the end. */
  async next(): Promise<{ value: T } | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      if (this.#values.length > 0) return { value: this.#values.shift() as T };
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
