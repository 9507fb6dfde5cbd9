/**
 * Counts KV cells exactly as llama.cpp's unified cache uses them: a cell belongs to one or more sequences and is free again
 * when the last of them lets it go. Cell numbers are the ledger's own, not llama.cpp's.
 */
export class KvLedger {
  readonly #references: Int32Array;
  /** Stack of the free cells: the first {@link freeCells} entries. A plan makes one for the whole cache, so no growing array. */
  readonly #free: Int32Array;
  #freeCount = 0;

  /**
   * @param capacity KV cells of the context
   * @param held cells of the sequences that are in the cache already
   */
  constructor(capacity: number, held: Iterable<readonly number[]>) {
    this.#references = new Int32Array(capacity);
    this.#free = new Int32Array(capacity);
    for (const cells of held) this.share(cells);
    for (let cell = capacity - 1; cell >= 0; cell--) {
      if (this.#references[cell] === 0) this.#free[this.#freeCount++] = cell;
    }
  }

  /** Cells that no sequence holds. */
  get freeCells(): number {
    return this.#freeCount;
  }

  /** Takes a free cell for one sequence. */
  take(): number {
    const cell = this.#free[this.#freeCount - 1];
    if (cell === undefined) throw new RangeError("The KV ledger has no free cell.");
    this.#freeCount--;
    this.#references[cell] = 1;
    return cell;
  }

  /** One more sequence holds these cells. */
  share(cells: readonly number[]): void {
    for (const cell of cells) this.#references[cell] = (this.#references[cell] ?? 0) + 1;
  }

  /** One sequence less holds these cells. */
  release(cells: readonly number[]): void {
    for (const cell of cells) {
      const left = (this.#references[cell] ?? 0) - 1;
      this.#references[cell] = left;
      if (left === 0) this.#free[this.#freeCount++] = cell;
    }
  }
}
