import { KvLedger } from "./kv-ledger.js";
import type { PlanLimits, SequenceOperation } from "./plan-step.js";
import { PrefixCache, type HeldSequence, type PrefixMatch } from "./prefix-cache.js";

/** A sequence id with the cells it holds. */
export interface PooledSequence {
  readonly id: number;
  /** Ledger cells of its tokens, from position 0. */
  readonly cells: readonly number[];
}

/**
 * The sequence ids and KV cells of a context during one plan: which are free, which are held for later calls, what is given up
 * when room is needed. It keeps the operations that bring the context along, and touches no context itself.
 */
export class CellPool {
  readonly #initiallyHeld: readonly HeldSequence[];
  readonly #held: PrefixCache;
  readonly #ledger: KvLedger;
  readonly #freeIds: number[] = [];
  readonly #needed = new Set<HeldSequence>();
  readonly #givenUpIds = new Set<number>();
  #operations: SequenceOperation[] = [];
  #givenUp = 0;
  #hits = 0;
  #misses = 0;

  /** @param held sequences in the KV cache */
  constructor(
    held: readonly HeldSequence[],
    limits: Readonly<Pick<PlanLimits, "contextLength" | "maxSequences">>,
  ) {
    this.#initiallyHeld = held;
    this.#held = new PrefixCache(held);
    this.#ledger = new KvLedger(
      limits.contextLength,
      held.map((sequence) => sequence.cells),
    );
    const heldIds = new Set(held.map((sequence) => sequence.id));
    for (let id = limits.maxSequences - 1; id >= 0; id--) if (!heldIds.has(id)) this.#freeIds.push(id);
  }

  /** What the KV cache keeps, once all operations are taken. */
  get held(): readonly HeldSequence[] {
    return this.#held.sequences;
  }

  /** What was held from the start and was never given up. */
  get survivors(): readonly HeldSequence[] {
    return this.#initiallyHeld.filter((sequence) => !this.#givenUpIds.has(sequence.id));
  }

  get freeCells(): number {
    return this.#ledger.freeCells;
  }

  get freeIds(): number {
    return this.#freeIds.length;
  }

  /** How many held sequences were given up: a match found before the number grew may be gone. */
  get givenUp(): number {
    return this.#givenUp;
  }

  /** Held sequences that were worth keeping; spares do not count. */
  get hits(): number {
    return this.#hits;
  }

  /** Held sequences that were given up unused; spares do not count. */
  get misses(): number {
    return this.#misses;
  }

  /** The longest prefix of `tokens[0, end)` that some held sequence has. */
  match(tokens: Int32Array, end: number): PrefixMatch | undefined {
    return this.#held.match(tokens, end);
  }

  /** Marks a held sequence that is going to be copied from: it is given up last. */
  need(sequence: HeldSequence): void {
    this.#needed.add(sequence);
  }

  /** A new sequence that shares all cells of `source`, of which the first `inMemory` are in the KV cache already. */
  branch(source: PooledSequence, inMemory: number): { id: number; cells: number[] } {
    const id = this.#freeIds.pop();
    if (id === undefined) throw new RangeError("The cell pool has no free sequence id.");
    this.#ledger.share(source.cells);
    if (inMemory > 0) this.#operations.push({ kind: "copy", from: source.id, to: id, end: inMemory });
    return { id, cells: [...source.cells] };
  }

  /** A free cell for one sequence. */
  takeCell(): number {
    return this.#ledger.take();
  }

  /** Removes a sequence before the next decode. */
  drop(sequence: PooledSequence): void {
    this.#operations.push({ kind: "remove", sequence: sequence.id });
    this.#ledger.release(sequence.cells);
    this.#freeIds.push(sequence.id);
  }

  /** Keeps a sequence for later calls. */
  hold(sequence: HeldSequence): void {
    this.#held.add(sequence);
  }

  /** Gives up held sequences until no more than `count` are left. */
  holdAtMost(count: number): void {
    while (this.#held.size > count) this.evict();
  }

  /** Gives up what nothing has used until `clock`. */
  expire(clock: number): void {
    for (const sequence of this.#held.sequences) {
      if (sequence.expiresAt <= clock && !this.#needed.has(sequence)) this.#giveUp(sequence);
    }
  }

  /** Gives up what expires first; what is needed comes last. @returns false when nothing is held */
  evict(): boolean {
    const [first, ...others] = this.#held.sequences;
    if (first === undefined) return false;
    this.#giveUp(others.reduce((a, b) => (this.#rank(b) < this.#rank(a) ? b : a), first));
    return true;
  }

  /** What was copied from goes on in the copies: of each such sequence only its last tokens are left to keep, as a spare. */
  demoteNeeded(clock: number): void {
    const held = new Set(this.#held.sequences);
    for (const sequence of this.#needed) {
      if (!sequence.isSpare) this.#hits++;
      if (!held.has(sequence)) continue;
      this.#held.remove(sequence);
      this.#held.add({ ...sequence, isSpare: true, expiresAt: clock });
    }
  }

  /** The operations since the last call, in order. */
  takeOperations(): readonly SequenceOperation[] {
    const operations = this.#operations;
    this.#operations = [];
    return operations;
  }

  #rank(sequence: HeldSequence): number {
    return sequence.expiresAt + (this.#needed.has(sequence) ? Number.MAX_SAFE_INTEGER / 2 : 0);
  }

  #giveUp(sequence: HeldSequence): void {
    if (!sequence.isSpare && !this.#needed.has(sequence)) this.#misses++;
    this.#held.remove(sequence);
    this.#givenUp++;
    this.#givenUpIds.add(sequence.id);
    this.drop(sequence);
  }
}
