/**
 * A fixed number of equal buffers in shared memory, lent out in turn: what bounds the memory of a conversion. Shared, so that a
 * hashing thread can read them without a copy.
 */
export class BufferPool {
  readonly #free: Uint8Array[];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];

  constructor(count: number, sizeBytes: number) {
    this.#free = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(sizeBytes)));
  }

  /** A buffer, as soon as one is free. */
  async acquire(): Promise<Uint8Array> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a buffer of {@link acquire} back. */
  release(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
