import type { BenchmarkName } from "./names.js";

/** A published result, in percent as leaderboards print it. */
export interface PublishedRow {
  model: string;
  average: number;
  sections?: Readonly<Record<string, number>>;
}

const row = (
  model: string,
  average: number,
  sections?: readonly [chat: number, chatHard: number, safety: number, reasoning: number],
): PublishedRow => {
  if (sections === undefined) return { model, average };
  const [chat, chatHard, safety, reasoning] = sections;
  return {
    model,
    average,
    sections: { Chat: chat, "Chat Hard": chatHard, Safety: safety, Reasoning: reasoning },
  };
};

/**
 * Rows of the RewardBench leaderboard (without prior sets) for models this package runs and well-known judges.
 * Source: the model cards of the GRM and FsfairX models and the RewardBench leaderboard, as of October 2024.
 */
const REWARDBENCH_ROWS: readonly PublishedRow[] = [
  row("Ray2333/GRM-Llama3.2-3B-rewardmodel-ft", 90.9, [91.6, 84.9, 92.7, 94.6]),
  row("Ray2333/GRM-gemma2-2B-rewardmodel-ft", 88.4, [93.0, 77.2, 92.2, 91.2]),
  row("google/gemini-1.5-pro-0514", 88.2),
  row("RLHFlow/pair-preference-model-LLaMA3-8B", 87.1, [98.3, 65.8, 89.7, 94.7]),
  row("Ray2333/GRM-llama3-8B-sftreg", 87.0, [98.6, 67.8, 89.2, 92.3]),
  row("google/gemini-1.5-pro-0924", 86.8),
  row("openai/gpt-4o-2024-08-06", 86.7),
  row("Ray2333/GRM-llama3.2-3B-sftreg", 85.8, [96.4, 67.1, 88.2, 91.6]),
  row("Ray2333/GRM-Gemma-2B-rewardmodel-ft", 84.7),
  row("openai/gpt-4o-2024-05-13", 84.6),
  row("sfairXC/FsfairX-LLaMA3-RM-v0.1", 84.4, [99.4, 65.1, 86.8, 86.4]),
  row("Nexusflow/Starling-RM-34B", 82.6),
  row("Ray2333/GRM-Gemma2-2B-sftreg", 81.0),
  row("Ray2333/GRM-Gemma-2B-sftreg", 75.3),
  row("berkeley-nest/Starling-RM-7B-alpha", 74.6),
  row("Ray2333/Gemma-2B-rewardmodel-baseline", 73.7),
  row("openbmb/UltraRM-13b", 71.3),
];

/** Published rows of a benchmark, best first; empty where none are known. */
export function publishedRows(benchmark: BenchmarkName): readonly PublishedRow[] {
  return benchmark === "rewardbench" ? REWARDBENCH_ROWS : [];
}

/** The published row of a model, compared without case and without the owner's name. */
export function publishedRowOf(benchmark: BenchmarkName, model: string): PublishedRow | undefined {
  const bare = (name: string): string => name.split("/").at(-1)?.toLowerCase() ?? "";
  return publishedRows(benchmark).find(({ model: published }) => bare(published) === bare(model));
}
