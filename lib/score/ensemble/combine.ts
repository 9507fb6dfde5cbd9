import { ScoreError } from "../../errors.js";
import { largest, smallest } from "../../util/collections.js";
import type { Score } from "../score.js";

/** How rewards of several models become one: their mean, the least of them, or their mean less their variance. */
export type EnsembleRule = "mean" | "worst" | "uwo";
/** All of them. */
export const ENSEMBLE_RULES: readonly EnsembleRule[] = ["mean", "worst", "uwo"];

/** What an ensemble does with the rewards of its members. */
export interface CombineRule {
  by: EnsembleRule;
  /** Of `uwo`: what the variance is multiplied by. */
  lambda: number;
  /** What each member's rewards are put on one scale with, in the members' order; absent where they are taken as they are. */
  scales?: readonly MemberScale[] | undefined;
}

/** Mean and standard deviation of a member's rewards over some records: `(reward − mean) / std` is what is combined. */
export interface MemberScale {
  mean: number;
  std: number;
}

/**
 * One score of the members'. `mean`; `worst`, the least of them; `uwo`, their mean less `lambda` times their variance, which is by n, not
 * n − 1. Source: Coste et al., Reward Model Ensembles Help Mitigate Overoptimization (ICLR 2024, arXiv 2310.02743), section 3, and its
 * code, tlc4418/llm_optimization src/bon/ensemble_rm.py.
 * @param scores one of each member, at least one
 */
export function combineScores(scores: readonly Score[], { by, lambda, scales }: CombineRule): Score {
  const rewards = scores.map(({ reward }) => reward);
  const scaled = rewards.map((reward, member) => {
    const scale = scales?.[member];
    return scale === undefined ? reward : (reward - scale.mean) / scale.std;
  });
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length;
  const worst = smallest(scaled);
  const reward = { mean, worst, uwo: mean - lambda * variance }[by];
  if (!Number.isFinite(reward))
    throw new ScoreError("SCORE_INVALID", `The members' rewards (${rewards.join(", ")}) make no number.`);
  return {
    reward,
    std: Math.sqrt(variance),
    ensemble: { mean, worst, rewards },
    tokenCount: scores[0]?.tokenCount ?? 0,
    warnings: [...new Set(scores.flatMap(({ warnings }) => warnings))],
    ...truncation(scores),
  };
}

function truncation(scores: readonly Score[]): Pick<Score, "truncatedTokens"> {
  const most = largest(scores.map(({ truncatedTokens = 0 }) => truncatedTokens));
  return most > 0 ? { truncatedTokens: most } : {};
}
