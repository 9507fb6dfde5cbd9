import { rankByUncertainty, type RankedScore } from "llama-reward/electron/renderer";
import type { OrderSettings } from "../../workspace/settings.js";

/** One answer in the order that is shown. */
export interface OrderedScore {
  score: RankedScore;
  /** From 1; null where the model is too unsure of the answer. */
  rank: number | null;
  /** What the order goes by, where that is not the reward. */
  adjusted: number | undefined;
}

/** Scores in the order the settings ask for. @throws InvalidArgumentError settings of a std, and scores without one */
export function orderedBy(
  scores: readonly RankedScore[],
  { penalty, maxStd }: OrderSettings,
): OrderedScore[] {
  return rankByUncertainty(scores, { penalty, maxStd }).map(({ score, rank, adjusted }) => ({
    score,
    rank,
    adjusted: penalty === undefined ? undefined : adjusted,
  }));
}
