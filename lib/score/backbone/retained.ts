import { PrefixCache, type HeldSequence } from "./prefix-cache.js";

/** Later than any clock. */
const NEVER = Number.MAX_SAFE_INTEGER / 4;

/** A prefix is worth the cells of a sequence that holds it when it is at least this share of it. */
const WORTH = 1 / 8;

/** Requests that wait, or go into the next batch. */
export interface Wanted {
  readonly tokens: Int32Array;
  /** Tokens of it that were computed and must not be lost. */
  readonly computed: number;
}

/**
 * What the KV cache holds, with those sequences made to stay that requests go on from: the next batch may be of other callers.
 * The beginnings of requests under way count neither as hits nor as misses; they say nothing about later calls.
 * @returns the sequences to plan with, and what each that is changed was before
 */
export function retainWanted(
  held: readonly HeldSequence[],
  wanted: readonly Wanted[],
): { sequences: readonly HeldSequence[]; originals: ReadonlyMap<HeldSequence, HeldSequence> } {
  const cache = new PrefixCache(held);
  const kept = new Map<HeldSequence, HeldSequence>();
  for (const { tokens, computed } of wanted) {
    const match = cache.match(tokens, tokens.length);
    if (match === undefined || match.length < WORTH * match.sequence.tokens.length) continue;
    const isBeginning = computed > 0 && match.length >= computed;
    const isSpare = isBeginning || (kept.get(match.sequence) ?? match.sequence).isSpare;
    kept.set(match.sequence, { ...match.sequence, isSpare, expiresAt: NEVER });
  }
  return {
    sequences: held.map((sequence) => kept.get(sequence) ?? sequence),
    originals: new Map([...kept].map(([original, changed]) => [changed, original])),
  };
}
