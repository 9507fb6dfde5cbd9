import { InvalidArgumentError } from "../../errors.js";
import type { Score } from "../score.js";
import type { Sample } from "./sample.js";

/** A sample with its score. */
export interface Candidate<Made extends Sample = Sample> {
  /** Counts all samples that were asked for, from 0. */
  index: number;
  sample: Made;
  score: Score;
}

/** What a candidate must keep to be good enough. */
export interface Bounds {
  /** Smallest reward that is good enough. */
  minReward?: number | undefined;
  /** Largest standard deviation of a reward that is trusted: a candidate above it comes after all others. */
  maxStd?: number | undefined;
}

/**
 * Best first: those whose reward is trusted before the others, then by reward, then by index.
 * @throws InvalidArgumentError a `maxStd` for a model that gives no standard deviations
 */
export function sortCandidates<Made extends Sample>(
  candidates: readonly Candidate<Made>[],
  bounds: Bounds,
): Candidate<Made>[] {
  return candidates.toSorted(
    (a, b) =>
      Number(isTrusted(b, bounds)) - Number(isTrusted(a, bounds)) ||
      b.score.reward - a.score.reward ||
      a.index - b.index,
  );
}

/** Whether a candidate keeps every bound. @throws as {@link sortCandidates} */
export function isGoodEnough(candidate: Candidate, bounds: Bounds): boolean {
  return isTrusted(candidate, bounds) && candidate.score.reward >= (bounds.minReward ?? -Infinity);
}

function isTrusted({ score }: Candidate, { maxStd }: Bounds): boolean {
  if (maxStd === undefined) return true;
  if (score.std !== undefined) return score.std <= maxStd;
  throw new InvalidArgumentError("This model gives no standard deviations: maxStd has nothing to go by.");
}
