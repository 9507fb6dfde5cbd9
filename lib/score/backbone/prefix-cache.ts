import { buildRadixTree, insertList, longestMatch, type RadixNode } from "./radix-tree.js";

/** A sequence that is complete in the KV cache and kept for later calls. Never computed into again, only copied from. */
export interface HeldSequence {
  readonly id: number;
  /** What its cells hold, from position 0. */
  readonly tokens: Int32Array;
  /** Cells in the ledger, one per token. */
  readonly cells: readonly number[];
  /** Another sequence has the prefix that is likely to be wanted again: this one only adds its last tokens. */
  readonly isSpare: boolean;
  /** When it is given up if nothing uses it, on the clock of computed tokens. */
  readonly expiresAt: number;
}

/** The longest prefix found in the cache. */
export interface PrefixMatch {
  sequence: HeldSequence;
  /** Tokens in common, at least 1. */
  length: number;
}

/**
 * The held sequences, with a radix tree over their tokens. A plan works on its own copy, so a call that fails in the middle
 * leaves the original as it was.
 */
export class PrefixCache {
  readonly #sequences: Set<HeldSequence>;
  #index: { tree: RadixNode; sequences: HeldSequence[]; lists: Int32Array[] } | undefined;

  constructor(sequences: Iterable<HeldSequence>) {
    this.#sequences = new Set(sequences);
  }

  get size(): number {
    return this.#sequences.size;
  }

  get sequences(): HeldSequence[] {
    return [...this.#sequences];
  }

  /** The longest prefix of `tokens[0, end)` that some held sequence has. */
  match(tokens: Int32Array, end: number): PrefixMatch | undefined {
    const { tree, sequences, lists } = (this.#index ??= this.#buildIndex());
    const { list, length } = longestMatch(tree, lists, tokens, end);
    const sequence = sequences[list];
    return sequence && { sequence, length };
  }

  add(sequence: HeldSequence): void {
    this.#sequences.add(sequence);
    if (this.#index === undefined) return;
    const { tree, sequences, lists } = this.#index;
    sequences.push(sequence);
    lists.push(sequence.tokens);
    insertList(tree, lists, lists.length - 1);
  }

  remove(sequence: HeldSequence): void {
    this.#sequences.delete(sequence);
    this.#index = undefined;
  }

  #buildIndex(): { tree: RadixNode; sequences: HeldSequence[]; lists: Int32Array[] } {
    const sequences = this.sequences;
    const lists = sequences.map((sequence) => sequence.tokens);
    return { tree: buildRadixTree(lists), sequences, lists };
  }
}
