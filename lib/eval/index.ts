/** `llama-reward/eval`: datasets, benchmarks, preference pairs, calibration and fidelity. */
export { runEval, EVAL_FILES, type EvalOptions, type EvalProgress } from "./run-eval.js";
export type { RunSettings } from "./same-run.js";
export type { EvalSummary } from "./summary.js";
export { BENCHMARK_NAMES, type BenchmarkName, type Figures, type Measurement } from "./metrics/benchmark.js";
export { BENCHMARKS } from "./metrics/index.js";
export { rewardBenchSections } from "./metrics/rewardbench.js";
export type { CandidateScore, ScoredItem } from "./scored-item.js";
export { renderReport } from "./report/report.js";
export { makePairs, type MakePairsOptions, type MakePairsResult } from "./pairs/make-pairs.js";
export { choosePairs, type ChoosePairsOptions, type PairChoice } from "./pairs/choose-pairs.js";
export { rankByUncertainty, type UncertaintyOptions, type UncertaintyRank } from "./uncertainty.js";
export { runFidelity, type FidelityOptions, type FidelityReport } from "./fidelity/run-fidelity.js";
export type { FidelityRow } from "./fidelity/compare-types.js";
export { saveCalibration } from "./save-calibration.js";
export { calibrate, fitTemperature, type Calibration } from "./stats/calibration.js";
export { bootstrapIntervals, type BootstrapOptions, type Interval } from "./stats/bootstrap.js";
export { mcnemarTest, type McNemar } from "./stats/mcnemar.js";
export * from "../dataset/index.js";
