import type { CellPool } from "./cell-pool.js";
import type { PlanLimits } from "./plan-step.js";
import { planSegments, type OutputTarget, type Segment } from "./plan-tree.js";
import type { HeldSequence, PrefixMatch } from "./prefix-cache.js";
import type { HiddenRequest } from "./request.js";

/** Part of a held sequence that must be used for it to count as worth keeping: all prompts share some tokens of the template. */
const HIT_SHARE = 0.5;

/** The limits that decide where a chunk ends. */
export type ChunkLimits = Readonly<Pick<PlanLimits, "batchSize" | "maxOutputs" | "fewestTokens">>;

/**
 * What the requests of a plan ask to be computed: the segments of their prefix tree, less what is held, and where chunks end so
 * that no decode has too few tokens.
 */
export class Workload {
  readonly segments: readonly Segment[];
  /** Distinct tokens of all requests. */
  readonly totalTokens: number;
  readonly #limits: ChunkLimits;
  readonly #cache: Pick<CellPool, "match" | "givenUp">;
  /** Output rows that are in no chunk yet. */
  #outputsLeft: number;
  /** Cached tokens that are computed again, so that no decode is too short. */
  #givenBack = 0;
  /** Tokens to compute in the segments after one, with what was held when they were counted. */
  #tokensAhead: { index: number; givenUp: number; tokens: number } | undefined;

  /** @param requests checked by `checkRequests` */
  constructor(
    requests: readonly HiddenRequest[],
    cache: Pick<CellPool, "match" | "givenUp">,
    limits: ChunkLimits,
  ) {
    this.#cache = cache;
    this.#limits = limits;
    this.segments = planSegments(requests);
    this.totalTokens = this.segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
    this.#outputsLeft = this.segments.reduce((sum, segment) => sum + segment.outputs.size, 0);
  }

  /** Held sequences of which enough is used to count as worth keeping. */
  findNeeded(): ReadonlySet<HeldSequence> {
    const needed = new Set<HeldSequence>();
    for (const segment of this.segments) {
      const match = this.#reusable(segment);
      if (match && match.length >= HIT_SHARE * match.sequence.tokens.length) needed.add(match.sequence);
    }
    return needed;
  }

  /** Counts the tokens that are left to compute, and decides how many held ones are computed again. */
  start(): number {
    const tokens = this.#countTokens(0, Infinity);
    this.#givenBack = Math.max(0, this.#limits.fewestTokens - tokens);
    return tokens + this.#givenBack;
  }

  /** A held prefix that reaches into the segment, less what is to be computed again. */
  takeHeld(segment: Segment): PrefixMatch | undefined {
    const match = this.#reusable(segment);
    if (match === undefined) return undefined;
    const length = Math.max(segment.start, match.length - this.#givenBack);
    this.#givenBack -= Math.max(0, match.length - length);
    return length > segment.start ? { ...match, length } : undefined;
  }

  /** The targets of the token at `position`, which goes into the chunk now. */
  takeTargets(segment: Segment, position: number): OutputTarget[] | undefined {
    const targets = segment.outputs.get(position);
    if (targets !== undefined) this.#outputsLeft--;
    return targets;
  }

  /**
   * Whether a chunk ends with `position` of the segment `index`: because it can take no more, or because the tokens left are just
   * enough for a chunk of their own, and would be too few if this one went on.
   */
  endsChunk(
    chunk: { readonly tokenCount: number; readonly outputCount: number },
    index: number,
    position: number,
  ): boolean {
    const { batchSize, maxOutputs, fewestTokens } = this.#limits;
    const { tokenCount, outputCount } = chunk;
    if (tokenCount >= batchSize || outputCount >= maxOutputs) return true;
    const takesAll = tokenCount + fewestTokens <= batchSize && outputCount + this.#outputsLeft <= maxOutputs;
    return !takesAll && tokenCount >= fewestTokens && this.#tokensAfter(index, position) === fewestTokens;
  }

  /** A held prefix of a segment. Wanted positions are left out: their hidden state is not in the cache. */
  #reusable(segment: Segment): PrefixMatch | undefined {
    const match = this.#cache.match(segment.tokens, segment.end);
    return match && { ...match, length: Math.min(match.length, segment.firstOutput) };
  }

  /** Tokens left to compute after `position` of a segment, as the cache is now; more than `fewestTokens` are not counted. */
  #tokensAfter(index: number, position: number): number {
    const { fewestTokens } = this.#limits;
    const tokens = (this.segments[index]?.end ?? 0) - position - 1;
    if (tokens > fewestTokens) return tokens;
    const { givenUp } = this.#cache;
    if (this.#tokensAhead?.index !== index || this.#tokensAhead.givenUp !== givenUp)
      this.#tokensAhead = { index, givenUp, tokens: this.#countTokens(index + 1, fewestTokens) };
    return tokens + this.#tokensAhead.tokens;
  }

  /** Tokens to compute in the segments from `index` on, as the cache is now, counted up to the first number beyond `limit`. */
  #countTokens(index: number, limit: number): number {
    let tokens = 0;
    for (; index < this.segments.length && tokens <= limit; index++) {
      const segment = this.segments[index];
      if (segment !== undefined)
        tokens += segment.end - Math.max(segment.start, this.#reusable(segment)?.length ?? 0);
    }
    return tokens;
  }
}
