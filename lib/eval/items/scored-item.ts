/** Rewards of one record of a benchmark, without its texts: what every metric is computed from. */
export interface ScoredItem {
  /** Where the record stands in its dataset, from 0: also the way back to its texts. */
  position: number;
  id: string;
  subset: string;
  /** Candidates that are right, in the order of the dataset. */
  chosen: readonly CandidateScore[];
  /** Candidates that are wrong, in the order of the dataset. */
  rejected: readonly CandidateScore[];
}

/**
 * One candidate. `reward` is NaN when the candidate could not be scored: NaN compares false with everything, so it never
 * counts as right, exactly as in the published scripts.
 */
export interface CandidateScore {
  reward: number;
  /** Tokens the backbone saw. */
  tokens?: number;
  /** Standard deviation of the reward, for heads that predict it. */
  std?: number;
}

/** A candidate that could not be scored. */
export const UNSCORED: CandidateScore = { reward: Number.NaN };

/** Reward difference of a pair: first chosen minus first rejected candidate. NaN when either is not scored. */
export function pairMargin(item: ScoredItem): number {
  return (item.chosen[0]?.reward ?? Number.NaN) - (item.rejected[0]?.reward ?? Number.NaN);
}
