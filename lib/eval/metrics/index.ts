import type { Benchmark } from "./benchmark.js";
import { pairs } from "./pairs.js";
import { rewardBench } from "./rewardbench.js";
import { rewardBench2 } from "./rewardbench2.js";
import { rmBench } from "./rm-bench.js";
import type { BenchmarkName } from "./names.js";

/**
 * All benchmarks by name, in the order of their names: a new one is a line here and a word there.
 */
export const BENCHMARKS = {
  rewardbench: rewardBench,
  rewardbench2: rewardBench2,
  "rm-bench": rmBench,
  pairs,
} as const satisfies Readonly<Record<BenchmarkName, Benchmark>>;
