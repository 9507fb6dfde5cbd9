import type { NativeBatch } from "../native/native-addon.js";
import type { OutputTarget } from "./plan-tree.js";

/** A sequence that a plan is computing. */
export interface OpenSequence {
  readonly id: number;
  /** Ledger cells of its tokens, from position 0. */
  readonly cells: number[];
  /** Its rows of the chunk being filled. The tokens before them are in the KV cache, or were copied there. */
  rows: number[];
}

/** The batch being filled. A token is added once, for the sequence that computes it; forks of that sequence join its rows. */
export class Chunk {
  readonly #tokens: number[] = [];
  readonly #positions: number[] = [];
  readonly #sequenceIds: number[][] = [];
  readonly #outputs: number[] = [];
  readonly #targets: OutputTarget[][] = [];

  get tokenCount(): number {
    return this.#tokens.length;
  }

  get outputCount(): number {
    return this.#outputs.length;
  }

  /** Appends the next token of `sequence`. */
  add(sequence: OpenSequence, token: number, position: number, targets: OutputTarget[] | undefined): void {
    const row = this.#tokens.length;
    this.#tokens.push(token);
    this.#positions.push(position);
    this.#sequenceIds.push([sequence.id]);
    sequence.rows.push(row);
    if (targets === undefined) return;
    this.#outputs.push(row);
    this.#targets.push(targets);
  }

  /** Makes `child` a member of all rows of `parent`. */
  fork(parent: OpenSequence, child: OpenSequence): void {
    for (const row of parent.rows) this.#sequenceIds[row]?.push(child.id);
    child.rows = [...parent.rows];
  }

  /** The batch for one decode, and where each of its output rows goes. */
  finish(): { batch: NativeBatch; targets: readonly (readonly OutputTarget[])[] } {
    const sequenceOffsets = new Int32Array(this.#tokens.length + 1);
    this.#sequenceIds.forEach((ids, row) => {
      sequenceOffsets[row + 1] = (sequenceOffsets[row] ?? 0) + ids.length;
    });
    return {
      batch: {
        tokens: Int32Array.from(this.#tokens),
        positions: Int32Array.from(this.#positions),
        sequenceOffsets,
        sequenceIds: Int32Array.from(this.#sequenceIds.flat()),
        outputs: Int32Array.from(this.#outputs),
      },
      targets: this.#targets,
    };
  }
}
