import { DatasetError } from "../../errors.js";
import type { CandidateScore, ScoredItem } from "../items/scored-item.js";
import { largest, smallest } from "../../util/collections.js";
import { meanOf } from "../stats/mean.js";

/** What one record of the Ties subset shows about its candidates. */
export interface TiesStats {
  /** Every correct answer beats every incorrect one. */
  isAccurate: boolean;
  /** Best minus worst correct answer; 0 with one correct answer. */
  spread: number;
  /** Worst correct minus best incorrect answer. */
  gap: number;
}

/** The two records of a prompt: `ref:n` has one correct answer, `tied:n` many. */
export interface TiesPrompt {
  ref?: TiesStats;
  tied?: TiesStats;
}

/** Groups the records of the Ties subset by prompt. @throws DatasetError an id is not `ref:n` or `tied:n` */
export function tiesPrompts(items: Iterable<ScoredItem>): TiesPrompt[] {
  const prompts = new Map<string, TiesPrompt>();
  for (const item of items) {
    const [, kind, prompt] = /^(ref|tied):(.+)$/.exec(item.id) ?? [];
    if (kind === undefined || prompt === undefined) {
      throw new DatasetError(
        "DATASET_INVALID",
        `Expected an id like "ref:1" or "tied:1" in the Ties subset but found "${item.id}" (record ${item.position}). ` +
          "Keep the ids of RewardBench 2: they say which records belong together.",
      );
    }
    const entry = prompts.get(prompt) ?? {};
    prompts.set(prompt, { ...entry, [kind]: tiesStats(item) });
  }
  return [...prompts.values()];
}

function tiesStats({ chosen, rejected }: ScoredItem): TiesStats {
  const rewards = (candidates: readonly CandidateScore[]): number[] => candidates.map(({ reward }) => reward);
  const worstCorrect = smallest(rewards(chosen));
  const spread = largest(rewards(chosen)) - worstCorrect;
  const gap = worstCorrect - largest(rewards(rejected));
  return { isAccurate: gap > 0, spread, gap };
}

/**
 * Score of the Ties subset: .30 accuracy(tied) + .30 accuracy(ref) + .20 mean(gap_tied > spread)
 * + .20 mean(min(gap_ref, gap_tied) > spread) + .01 mean(tanh(min(gap_ref, gap_tied) / spread − 1)), the last three over
 * the prompts with both records. A kind that is absent has accuracy 0; without any complete prompt the score is NaN.
 * Source: `process_single_model` in `rewardbench/utils.py` of allenai/reward-bench at 05a9005.
 */
export function tiesScore(prompts: readonly TiesPrompt[]): number {
  const complete = prompts.flatMap(({ ref, tied }) =>
    ref === undefined || tied === undefined
      ? []
      : [{ spread: tied.spread, gapTied: tied.gap, gap: Math.min(ref.gap, tied.gap) }],
  );
  return (
    0.3 * accuracy(prompts.map(({ tied }) => tied)) +
    0.3 * accuracy(prompts.map(({ ref }) => ref)) +
    0.2 * meanOf(complete.map(({ gapTied, spread }) => Number(gapTied > spread))) +
    0.2 * meanOf(complete.map(({ gap, spread }) => Number(gap > spread))) +
    0.01 * meanOf(complete.map(({ gap, spread }) => zeroIfNaN(Math.tanh(gap / spread - 1))))
  );
}

function accuracy(stats: readonly (TiesStats | undefined)[]): number {
  const present = stats.filter((entry) => entry !== undefined);
  return present.length === 0 ? 0 : meanOf(present.map(({ isAccurate }) => Number(isAccurate)));
}

/** 0/0 where all correct answers are equal and equal to the best wrong one. */
function zeroIfNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
