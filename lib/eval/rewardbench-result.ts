import type { EvalSummary } from "./analysis/summary.js";

/**
 * The result file RewardBench's own scripts write and its leaderboard reads: `model`, `model_type`, `chat_template` and the
 * accuracy of every subset, keys sorted. Source: `scripts/run_rm.py`, `save_to_hub` of allenai/reward-bench at 05a9005.
 */
export function rewardBenchResult({ model, subsets }: EvalSummary, modelType: string): string {
  const result: Record<string, string | number | null> = {
    model,
    model_type: modelType,
    // RewardBench writes this where the tokenizer's own chat template was used, as it always is here.
    chat_template: "tokenizer",
    ...subsets,
  };
  const sorted = Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 4)}\n`;
}
