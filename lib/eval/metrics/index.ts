import type { Benchmark } from "./benchmark.js";
import { pairs } from "./pairs.js";
import { rewardBench } from "./rewardbench.js";
import { rewardBench2 } from "./rewardbench2.js";
import { rmBench } from "./rm-bench.js";

/** All benchmarks by name. */
export const BENCHMARKS = {
  rewardbench: rewardBench,
  rewardbench2: rewardBench2,
  "rm-bench": rmBench,
  pairs,
} as const satisfies Readonly<Record<string, Benchmark>>;

/** Names of the benchmarks, as the command line spells them. */
export type BenchmarkName = keyof typeof BENCHMARKS;
/** All of them, in that order. */
export const BENCHMARK_NAMES = Object.keys(BENCHMARKS) as readonly BenchmarkName[];
