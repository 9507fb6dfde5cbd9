import { DecodeError } from "../../errors.js";
import { CellPool } from "./cell-pool.js";
import { Chunk, type OpenSequence } from "./chunk.js";
import type { DecodeStep, PlanCounts, PlanLimits, PlanStep } from "./plan-step.js";
import type { Segment } from "./plan-tree.js";
import type { HeldSequence } from "./prefix-cache.js";
import type { HiddenRequest } from "./request.js";
import { Workload } from "./workload.js";

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
  readonly #limits: PlanLimits;
  readonly #startClock: number;
  readonly #requests: readonly HiddenRequest[];
  readonly #pool: CellPool;
  readonly #work: Workload;
  #computed = 0;
  #reused = 0;
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
    this.#requests = requests;
    this.#startClock = clock;
    this.#pool = new CellPool(held, limits);
    this.#work = new Workload(requests, this.#pool, limits);
  }

  /** Distinct tokens of all requests: `counts.computed + counts.reused` when all steps are taken. */
  get totalTokens(): number {
    return this.#work.totalTokens;
  }

  /** What has happened so far. */
  get counts(): PlanCounts {
    const { hits, misses } = this.#pool;
    return { computed: this.#computed, reused: this.#reused, hits, misses };
  }

  /** What the KV cache keeps once all steps are taken. */
  get held(): readonly HeldSequence[] {
    return this.#pool.held;
  }

  /** What of the earlier calls is still whole when the plan is given up in the middle. Every other sequence must be removed. */
  get survivors(): readonly HeldSequence[] {
    return this.#pool.survivors;
  }

  /** The steps. The state behind `held` and `survivors` runs ahead of the consumer by at most the step it was given. */
  *steps(): Generator<PlanStep, void, undefined> {
    for (const sequence of this.#work.findNeeded()) this.#pool.need(sequence);
    this.#pool.expire(this.#clock + this.#work.start());
    const sequences: (OpenSequence | undefined)[] = [];
    for (const [index, segment] of this.#work.segments.entries()) {
      while (this.#pool.freeIds === 0) yield* this.#freeId();
      const sequence = this.#begin(segment, sequences[segment.parent]);
      sequences.push(sequence);
      for (let position = sequence.cells.length; position < segment.end; position++) {
        while (this.#pool.freeCells === 0) yield* this.#freeCell();
        this.#append(sequence, segment, position);
        if (this.#work.endsChunk(this.#chunk, index, position)) yield this.#flush();
      }
      if (segment.isLeaf) this.#finished.push({ sequence, segment });
    }
    // The last spares wait for the next call: it may go on from one of them.
    if (this.#chunk.tokenCount > 0) yield this.#finishChunk();
    this.#retire();
    this.#pool.demoteNeeded(this.#clock);
    const last = this.#step(undefined);
    if (last.operations.length > 0) yield last;
  }

  get #clock(): number {
    return this.#startClock + this.#computed;
  }

  /** The sequence that computes a segment: the parent's own, a fork of it, or a copy of a longer held prefix. */
  #begin(segment: Segment, parent: OpenSequence | undefined): OpenSequence {
    const match = this.#work.takeHeld(segment);
    if (match !== undefined) {
      this.#reused += match.length - segment.start;
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
    if (sequence.rows.length === 0) this.#pool.drop(sequence);
    else this.#left.push(sequence);
  }

  /** A new sequence with everything that `source` has. */
  #branch(source: OpenSequence): OpenSequence {
    const inMemory = source.cells.length - source.rows.length;
    const sequence: OpenSequence = { ...this.#pool.branch(source, inMemory), rows: [] };
    this.#chunk.fork(source, sequence);
    this.#open.add(sequence);
    return sequence;
  }

  #append(sequence: OpenSequence, segment: Segment, position: number): void {
    const token = segment.tokens[position];
    if (token === undefined) throw new RangeError(`Position ${position} is outside of its segment.`);
    sequence.cells.push(this.#pool.takeCell());
    this.#chunk.add(sequence, token, position, this.#work.takeTargets(segment, position));
    this.#computed++;
  }

  /** Frees a cell: first of what earlier calls left, then by computing the chunk, which completes its candidates. */
  *#freeCell(): Generator<PlanStep, void, undefined> {
    if (!this.#pool.evict()) yield* this.#completeChunk();
  }

  /** Frees a sequence id: by computing the chunk, which completes its candidates, or else of what earlier calls left. */
  *#freeId(): Generator<PlanStep, void, undefined> {
    if (this.#chunk.tokenCount > 0) yield this.#flush();
    else if (!this.#pool.evict()) yield* this.#completeChunk();
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
    this.#pool.expire(this.#clock);
    return step;
  }

  #finishChunk(): PlanStep {
    const step = this.#step(this.#chunk.finish());
    this.#chunk = new Chunk();
    for (const sequence of this.#open) sequence.rows = [];
    return step;
  }

  #step(decode: DecodeStep | undefined): PlanStep {
    const operations = this.#pool.takeOperations();
    return { operations, decode, doneTokens: this.#computed + this.#reused };
  }

  #isGrowing({ outputs }: Segment): boolean {
    return [...outputs.values()].some((targets) =>
      targets.some(({ request }) => this.#requests[request]?.isGrowing === true),
    );
  }

  /** Hands finished leaves to the pool. The last of several candidates stands for the prefix; the others are spares. */
  #retire(): void {
    for (const { sequence, segment } of this.#finished) {
      const isGrowing = this.#isGrowing(segment);
      const isSpare = !isGrowing && segment.parent >= 0 && !segment.isLastChild;
      const life = isGrowing
        ? Math.max(this.#limits.keptLife, this.#limits.contextLength)
        : this.#limits.keptLife;
      this.#open.delete(sequence);
      this.#pool.hold({
        id: sequence.id,
        tokens: segment.tokens.subarray(0, segment.end),
        cells: sequence.cells,
        isSpare,
        expiresAt: this.#clock + (isSpare ? 0 : life),
      });
    }
    this.#finished = [];
    for (const sequence of this.#left) this.#pool.drop(sequence);
    this.#left = [];
    this.#pool.holdAtMost(this.#limits.maxHeld);
  }
}
