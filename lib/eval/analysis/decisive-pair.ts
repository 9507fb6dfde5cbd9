import type { CandidateScore, ScoredItem } from "../items/scored-item.js";

/** Two candidates of a record, as a rule those that decide it: the worst right one and the best wrong one. */
export interface DecisivePair {
  item: ScoredItem;
  chosen: CandidateScore;
  rejected: CandidateScore;
  /** reward(chosen) − reward(rejected): negative where the pair is judged wrongly. */
  margin: number;
}

/**
 * Decisive pairs of all records whose candidates are all scored, one at a time; of a plain pair that is the pair itself.
 */
export function* decisivePairs(items: Iterable<ScoredItem>): Iterable<DecisivePair> {
  for (const item of items) {
    const chosen = extreme(item.chosen, (a, b) => a < b);
    const rejected = extreme(item.rejected, (a, b) => a > b);
    if (chosen === undefined || rejected === undefined) continue;
    yield { item, chosen, rejected, margin: chosen.reward - rejected.reward };
  }
}

function extreme(
  candidates: readonly CandidateScore[],
  isBetter: (a: number, b: number) => boolean,
): CandidateScore | undefined {
  if (candidates.some(({ reward }) => !Number.isFinite(reward))) return undefined;
  return candidates.reduce<CandidateScore | undefined>(
    (best, candidate) => (best === undefined || isBetter(candidate.reward, best.reward) ? candidate : best),
    undefined,
  );
}
