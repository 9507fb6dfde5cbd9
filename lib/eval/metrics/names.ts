/** Names of the benchmarks, as the command line spells them. */
export const BENCHMARK_NAMES = ["rewardbench", "rewardbench2", "rm-bench", "pairs"] as const;
/** One of them. */
export type BenchmarkName = (typeof BENCHMARK_NAMES)[number];
