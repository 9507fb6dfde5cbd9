import type { CandidateScore, ScoredItem } from "../items/scored-item.js";
import { pushTo, defineBenchmark } from "./benchmark.js";
import { tiesPrompts, tiesScore, type TiesPrompt } from "./ties.js";
import { largest } from "../../util/collections.js";
import { meanOf } from "../stats/mean.js";

/** Subset that is scored as a whole. */
const TIES = "Ties";

/**
 * RewardBench 2: best of four, and a Ties subset with its own formula; the leaderboard is the plain mean of the subsets.
 * Source: `scripts/run_v2.py` and `reroll_and_score_dataset` of allenai/reward-bench at 05a9005.
 */
export const rewardBench2 = defineBenchmark<number | TiesPrompt>({
  name: "rewardbench2",
  title: "RewardBench 2",
  input: { layouts: ["rewardbench2"], split: "test" },
  subsetOf,
  units(items) {
    const units = new Map<string, (number | TiesPrompt)[]>();
    const ties: ScoredItem[] = [];
    for (const item of items) {
      if (subsetOf(item) === TIES) ties.push(item);
      else pushTo(units, item.subset, bestOfResult(item));
    }
    // A prompt's tied and reference records are compared with each other, so the prompt is the independent unit.
    if (ties.length > 0) units.set(TIES, tiesPrompts(ties));
    return units;
  },
  figures(units) {
    const subsets = Object.fromEntries(
      [...units].map(([subset, members]) => [
        subset,
        subset === TIES
          ? tiesScore(members.filter((unit) => typeof unit !== "number"))
          : meanOf(members.filter((unit) => typeof unit === "number")),
      ]),
    );
    return { subsets, sections: {}, average: meanOf(Object.values(subsets)) };
  },
  whyNoAverage: () =>
    `the subset ${TIES} has no prompt of which both records (ref:n and tied:n) are there, so that it has no score`,
});

/** The original compares the name of the Ties subset without case, too. */
function subsetOf({ subset }: ScoredItem): string {
  return subset.toLowerCase() === TIES.toLowerCase() ? TIES : subset;
}

/** 1/k when the chosen answer is the maximum, shared by k candidates; 0 otherwise, and when anything is not scored. */
export function bestOfResult({ chosen, rejected }: ScoredItem): number {
  const rewards = [...chosen, ...rejected].map((candidate: CandidateScore) => candidate.reward);
  const best = largest(rewards);
  return rewards[0] === best ? 1 / rewards.filter((reward) => reward === best).length : 0;
}
