import { DecodeError } from "../../errors.js";
import { Chunk, type OpenSequence } from "./chunk.js";
import { KvLedger } from "./kv-ledger.js";
import type { DecodeStep, PlanCounts, PlanLimits, PlanStep, SequenceOperation } from "./plan-step.js";
import { planSegments, type Segment } from "./plan-tree.js";
import { PrefixCache, type HeldSequence, type PrefixMatch } from "./prefix-cache.js";
import type { HiddenRequest } from "./request.js";

/** Part of a held sequence that must be used for it to count as worth keeping: all prompts share some tokens of the template. */
const HIT_SHARE = 0.5;

/**
 * Plans how the hidden states of some requests are computed in chunks of at most one batch. A pure function of its arguments:
 * it touches no context, the caller applies the steps in order.
 *
 * The requests' prefix tree is walked depth first, so every distinct prefix is computed once and a candidate's tokens lie
 * together, in the batch and in the KV cache: tiles of the attention that are masked as a whole are then skipped
 * (ggml's CPU flash attention: tiles of 64 tokens by 64 cells). Finished candidates leave the cache when their cells are
 * needed, at the latest when the next chunk is done; the shared prefix stays until the last of its candidates is done.
 *
 * A token of a shared prefix is a member of all sequences that branch off within the same chunk (llama.cpp: one cell, several
 * sequence ids); sequences that branch off later get a copy of its cells. Sequences that share a token of a batch must have
 * the same positions in memory before it (llama.cpp `llama_batch_allocr::init`), which holds because a fork copies exactly
 * what its parent has in memory.
 */
export class BatchPlan {
  /** Distinct tokens of all requests: `counts.computed + counts.reused` when all steps are taken. */
  readonly totalTokens: number;
  readonly counts: PlanCounts = { computed: 0, reused: 0, hits: 0, misses: 0 };
  readonly #limits: PlanLimits;
  readonly #segments: readonly Segment[];
  readonly #initiallyHeld: readonly HeldSequence[];
  readonly #evictedIds = new Set<number>();
  readonly #startClock: number;
  /** Held sequences that the plan is going to copy from. */
  readonly #needed = new Set<HeldSequence>();
  /** Cached tokens that are computed again, so that no decode is too short. */
  #givenBack = 0;
  /** Tokens to compute in the segments after the one being computed; undefined when that must be counted anew. */
  #tokensAhead: number | undefined;
  /** Output rows that are in no chunk yet. */
  #outputsLeft: number;
  readonly #held: PrefixCache;
  readonly #ledger: KvLedger;
  readonly #freeIds: number[] = [];
  #operations: SequenceOperation[] = [];
  #chunk = new Chunk();
  /** Every sequence with rows in the chunk, or that later segments fork from or continue. */
  readonly #open = new Set<OpenSequence>();
  /** Leaves that are complete once the chunk is decoded. */
  #finished: { sequence: OpenSequence; segment: Segment }[] = [];
  /** Sequences that nothing goes on from, with rows in the chunk. */
  #left: OpenSequence[] = [];

  /**
   * @param requests checked by `checkRequests`
   * @param held sequences in the KV cache
   * @param clock tokens computed before this plan
   */
  constructor(
    requests: readonly HiddenRequest[],
    held: readonly HeldSequence[],
    limits: PlanLimits,
    clock: number,
  ) {
    this.#limits = limits;
    this.#startClock = clock;
    this.#segments = planSegments(requests);
    this.totalTokens = this.#segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
    this.#outputsLeft = this.#segments.reduce((sum, segment) => sum + segment.outputs.size, 0);
    this.#initiallyHeld = held;
    this.#held = new PrefixCache(held);
    this.#ledger = new KvLedger(
      limits.contextLength,
      held.map((sequence) => sequence.cells),
    );
    const heldIds = new Set(held.map((sequence) => sequence.id));
    for (let id = limits.maxSequences - 1; id >= 0; id--) if (!heldIds.has(id)) this.#freeIds.push(id);
  }

  /** What the KV cache keeps once all steps are taken. */
  get held(): readonly HeldSequence[] {
    return this.#held.sequences;
  }

  /** What of the earlier calls is still whole when the plan is given up in the middle. Every other sequence must be removed. */
  get survivors(): readonly HeldSequence[] {
    return this.#initiallyHeld.filter((sequence) => !this.#evictedIds.has(sequence.id));
  }

  /** The steps. The state behind `held` and `survivors` runs ahead of the consumer by at most the step it was given. */
  *steps(): Generator<PlanStep, void, undefined> {
    this.#expire(this.#clock + this.#findNeeded());
    const sequences: (OpenSequence | undefined)[] = [];
    for (const [index, segment] of this.#segments.entries()) {
      while (this.#freeIds.length === 0) yield* this.#freeId();
      const sequence = this.#begin(segment, sequences[segment.parent]);
      sequences.push(sequence);
      this.#tokensAhead = undefined;
      for (let position = sequence.cells.length; position < segment.end; position++) {
        while (this.#ledger.freeCells === 0) yield* this.#freeCell();
        this.#append(sequence, segment, position);
        if (this.#isChunkFull(index, position)) yield this.#flush();
      }
      if (segment.isLeaf) this.#finished.push({ sequence, segment });
    }
    // The last spares wait for the next call: it may go on from one of them.
    if (this.#chunk.tokenCount > 0) yield this.#finishChunk();
    this.#retire();
    this.#demoteNeeded();
    if (this.#operations.length > 0) yield this.#step(undefined);
  }

  get #clock(): number {
    return this.#startClock + this.counts.computed;
  }

  /** Looks up what the plan takes from the cache. @returns how many tokens are left to compute */
  #findNeeded(): number {
    for (const segment of this.#segments) {
      const match = this.#reusable(segment);
      if (match && match.length >= HIT_SHARE * match.sequence.tokens.length) this.#needed.add(match.sequence);
    }
    const tokens = this.#countTokens(0, Infinity);
    this.#givenBack = Math.max(0, this.#limits.fewestTokens - tokens);
    return tokens + this.#givenBack;
  }

  /** A held prefix of a segment. Wanted positions are left out: their hidden state is not in the cache. */
  #reusable(segment: Segment): PrefixMatch | undefined {
    const match = this.#held.match(segment.tokens, segment.end);
    return match && { ...match, length: Math.min(match.length, segment.firstOutput) };
  }

  /** What was copied from goes on in the sequences of this plan: only its last tokens are left to keep, as a spare. */
  #demoteNeeded(): void {
    const held = new Set(this.#held.sequences);
    for (const sequence of this.#needed) {
      if (!sequence.isSpare) this.counts.hits++;
      if (!held.has(sequence)) continue;
      this.#held.remove(sequence);
      this.#held.add({ ...sequence, isSpare: true, expiresAt: this.#clock });
    }
  }

  /** The sequence that computes a segment: the parent's own, a fork of it, or a copy of a longer held prefix. */
  #begin(segment: Segment, parent: OpenSequence | undefined): OpenSequence {
    const match = this.#findHeld(segment);
    if (match !== undefined) {
      this.counts.reused += match.length - segment.start;
      if (parent !== undefined && segment.isLastChild) this.#leave(parent);
      const cells = match.sequence.cells.slice(0, match.length);
      return this.#branch({ id: match.sequence.id, cells, rows: [] });
    }
    if (parent !== undefined && segment.isLastChild) return parent;
    return this.#branch(parent ?? { id: -1, cells: [], rows: [] });
  }

  /** Drops a sequence that nothing goes on from; one that has rows in the chunk (computed again, see `fewestTokens`) after it. */
  #leave(sequence: OpenSequence): void {
    this.#open.delete(sequence);
    if (sequence.rows.length === 0) this.#drop(sequence);
    else this.#left.push(sequence);
  }

  /** A held prefix that reaches into the segment, less what is to be computed again. */
  #findHeld(segment: Segment): PrefixMatch | undefined {
    const match = this.#reusable(segment);
    if (match === undefined) return undefined;
    const length = Math.max(segment.start, match.length - this.#givenBack);
    this.#givenBack -= Math.max(0, match.length - length);
    return length > segment.start ? { ...match, length } : undefined;
  }

  /** A new sequence with everything that `source` has. */
  #branch(source: OpenSequence): OpenSequence {
    const id = this.#freeIds.pop();
    if (id === undefined) throw new RangeError("The batch plan has no free sequence id.");
    const sequence: OpenSequence = { id, cells: [...source.cells], rows: [] };
    this.#ledger.share(source.cells);
    const inMemory = source.cells.length - source.rows.length;
    if (inMemory > 0) this.#operations.push({ kind: "copy", from: source.id, to: id, end: inMemory });
    this.#chunk.fork(source, sequence);
    this.#open.add(sequence);
    return sequence;
  }

  #append(sequence: OpenSequence, segment: Segment, position: number): void {
    const token = segment.tokens[position];
    if (token === undefined) throw new RangeError(`Position ${position} is outside of its segment.`);
    sequence.cells.push(this.#ledger.take());
    const targets = segment.outputs.get(position);
    this.#chunk.add(sequence, token, position, targets);
    this.counts.computed++;
    if (targets !== undefined) this.#outputsLeft--;
  }

  /**
   * Whether the chunk ends with `position` of a segment: because it can take no more, or because the tokens left are just enough
   * for a chunk of their own, and would be too few if this one went on.
   */
  #isChunkFull(index: number, position: number): boolean {
    const { batchSize, maxOutputs, fewestTokens } = this.#limits;
    const { tokenCount, outputCount } = this.#chunk;
    if (tokenCount >= batchSize || outputCount >= maxOutputs) return true;
    const takesAll = tokenCount + fewestTokens <= batchSize && outputCount + this.#outputsLeft <= maxOutputs;
    return !takesAll && tokenCount >= fewestTokens && this.#tokensAfter(index, position) === fewestTokens;
  }

  /** Tokens left to compute after `position` of a segment, as the cache is now; more than `fewestTokens` are not counted. */
  #tokensAfter(index: number, position: number): number {
    const { fewestTokens } = this.#limits;
    const tokens = (this.#segments[index]?.end ?? 0) - position - 1;
    if (tokens > fewestTokens) return tokens;
    this.#tokensAhead ??= this.#countTokens(index + 1, fewestTokens);
    return tokens + this.#tokensAhead;
  }

  /** Tokens to compute in the segments from `index` on, as the cache is now, counted up to the first number beyond `limit`. */
  #countTokens(index: number, limit: number): number {
    let tokens = 0;
    for (; index < this.#segments.length && tokens <= limit; index++) {
      const segment = this.#segments[index];
      if (segment !== undefined)
        tokens += segment.end - Math.max(segment.start, this.#reusable(segment)?.length ?? 0);
    }
    return tokens;
  }

  /** Frees a cell: first of what earlier calls left, then by computing the chunk, which completes its candidates. */
  *#freeCell(): Generator<PlanStep, void, undefined> {
    if (!this.#evict()) yield* this.#completeChunk();
  }

  /** Frees a sequence id: by computing the chunk, which completes its candidates, or else of what earlier calls left. */
  *#freeId(): Generator<PlanStep, void, undefined> {
    if (this.#chunk.tokenCount > 0) yield this.#flush();
    else if (!this.#evict()) yield* this.#completeChunk();
  }

  *#completeChunk(): Generator<PlanStep, void, undefined> {
    if (this.#chunk.tokenCount > 0) yield this.#flush();
    else if (this.#finished.length > 0) this.#retire();
    else {
      throw new DecodeError("KV_CACHE_FULL", "The batch plan found no room in the KV cache.", {
        details: { ...this.#limits },
      });
    }
  }

  /** Ends the chunk, and gives up what is due: its step, with the operations that come before it. */
  #flush(): PlanStep {
    const step = this.#finishChunk();
    this.#retire();
    this.#expire(this.#clock);
    return step;
  }

  #finishChunk(): PlanStep {
    const step = this.#step(this.#chunk.finish());
    this.#chunk = new Chunk();
    for (const sequence of this.#open) sequence.rows = [];
    return step;
  }

  #step(decode: DecodeStep | undefined): PlanStep {
    const operations = this.#operations;
    this.#operations = [];
    return { operations, decode, doneTokens: this.counts.computed + this.counts.reused };
  }

  /** Hands finished leaves to the prefix cache. The last of several candidates stands for the prefix; the others are spares. */
  #retire(): void {
    const { maxHeld, keptLife } = this.#limits;
    for (const { sequence, segment } of this.#finished) {
      const isSpare = segment.parent >= 0 && !segment.isLastChild;
      this.#open.delete(sequence);
      this.#held.add({
        id: sequence.id,
        tokens: segment.tokens.subarray(0, segment.end),
        cells: sequence.cells,
        isSpare,
        expiresAt: this.#clock + (isSpare ? 0 : keptLife),
      });
    }
    this.#finished = [];
    for (const sequence of this.#left) this.#drop(sequence);
    this.#left = [];
    while (this.#held.size > maxHeld) this.#evict();
  }

  /** Gives up what nothing has used until `clock`. */
  #expire(clock: number): void {
    for (const sequence of this.#held.sequences) {
      if (sequence.expiresAt <= clock && !this.#needed.has(sequence)) this.#giveUp(sequence);
    }
  }

  /** Gives up what expires first; what this plan copies from comes last. */
  #evict(): boolean {
    const [first, ...others] = this.#held.sequences;
    if (first === undefined) return false;
    this.#giveUp(others.reduce((a, b) => (this.#rank(b) < this.#rank(a) ? b : a), first));
    return true;
  }

  #rank(sequence: HeldSequence): number {
    return sequence.expiresAt + (this.#needed.has(sequence) ? Number.MAX_SAFE_INTEGER / 2 : 0);
  }

  #giveUp(sequence: HeldSequence): void {
    if (!sequence.isSpare && !this.#needed.has(sequence)) this.counts.misses++;
    this.#held.remove(sequence);
    this.#tokensAhead = undefined;
    this.#evictedIds.add(sequence.id);
    this.#drop(sequence);
  }

  /** Removes a sequence before the next decode. */
  #drop(sequence: { id: number; cells: readonly number[] }): void {
    this.#operations.push({ kind: "remove", sequence: sequence.id });
    this.#ledger.release(sequence.cells);
    this.#freeIds.push(sequence.id);
  }
}
