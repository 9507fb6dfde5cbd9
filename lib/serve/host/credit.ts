/** Counts how many more items may be sent; a sender without credit waits. */
export class Credit {
  #available = 0;
  #wake: (() => void) | undefined;

  grant(count: number): void {
    this.#available += count;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Takes one, waiting for it when there is none. */
  async take(): Promise<void> {
    while (this.#available === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#available -= 1;
  }
}
