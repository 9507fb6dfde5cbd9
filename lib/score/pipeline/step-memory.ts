import { createHash } from "node:crypto";

/** Steps remembered: a beam search of 32 beams and 20 steps scores some hundreds. An entry has about 100 bytes. */
const CAPACITY = 1 << 16;

/**
 * Rewards of steps by the tokens up to their scored position. The KV cache keeps the tokens of a scored prefix but not its hidden
 * states: with its rewards remembered, nothing of it is asked for again, and one more step costs its own tokens only.
 */
export class StepMemory {
  /** The least recently used first. */
  readonly #rewards = new Map<string, number>();
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /**
   * What rewards are remembered by: SHA-256 over all tokens that a position can see.
   * @param positions ascending
   */
  keysOf(tokens: Int32Array, positions: readonly number[]): string[] {
    const hash = createHash("sha256");
    let start = 0;
    return positions.map((position) => {
      const part = tokens.subarray(start, position + 1);
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      start = position + 1;
      return hash.copy().digest("base64");
    });
  }

  get(key: string): number | undefined {
    const reward = this.#rewards.get(key);
    if (reward === undefined) return undefined;
    this.#rewards.delete(key);
    this.#rewards.set(key, reward);
    return reward;
  }

  set(key: string, reward: number): void {
    this.#rewards.set(key, reward);
    if (this.#rewards.size <= this.#capacity) return;
    const [oldest] = this.#rewards.keys();
    if (oldest !== undefined) this.#rewards.delete(oldest);
  }
}
