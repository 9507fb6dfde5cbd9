/**
 * Datasets, benchmarks, preference pairs, calibration and fidelity.
 * @module llama-reward/eval
 */
export type * from "../model/scoring-types.js";
export { BACKBONE_TYPES, type BackboneType } from "../model/architecture/backbone-type.js";
export type { RewardModel } from "../model/reward-model.js";
export { runProcessBench, type ProcessBenchOptions } from "./processbench/run-processbench.js";
export type { ProcessBenchSummary } from "./processbench/summary.js";
export type { ErrorPlaces, ProcessFigures, ProcessMeasurement } from "./processbench/figures.js";
export { runEval } from "./run-eval.js";
export { EVAL_FILES, type EvalOptions, type EvalProgress } from "./eval-options.js";
export type { RunSettings } from "../data/records/same-run.js";
export type { AttributeMean } from "./items/attribute-means.js";
export type { HistogramBin } from "./analysis/histogram.js";
export type { LengthBias } from "./analysis/length-bias.js";
export type { UncertaintyPoint } from "./analysis/uncertainty-curve.js";
export type { WorstPair } from "./analysis/worst-pairs.js";
export type { RecordCounts } from "./items/collect.js";
export type { PublishedRow } from "./metrics/published.js";
export type { CalibrationSummary, EvalSubject, EvalSummary } from "./analysis/summary.js";
export type { ComparedRun, RunComparison, RunDifference } from "./analysis/compare-runs.js";
export { differenceVerdict } from "./analysis/difference-verdict.js";
export type { Provenance, ProvenanceFile } from "./provenance/provenance.js";
export type { RunNote } from "./provenance/run-note.js";
export type { Benchmark } from "./metrics/benchmark.js";
export type { BenchmarkInput, ComparedUnit } from "./metrics/benchmark-rules.js";
export type {
  Difference,
  FigureDifferences,
  Figures,
  JointMeasurement,
  Measurement,
} from "./metrics/figures.js";
export { BENCHMARKS } from "./metrics/index.js";
export { BENCHMARK_NAMES, type BenchmarkName } from "./metrics/names.js";
export { rewardBenchSections } from "./metrics/rewardbench.js";
export type { CandidateScore, ScoredItem } from "./items/scored-item.js";
export { renderReport } from "./report/report.js";
export { makePairs, type MakePairsOptions, type MakePairsResult } from "./pairs/make-pairs.js";
export {
  choosePairs,
  type ChoosePairsOptions,
  type ChosenPair,
  type LeftOutReason,
  type PairCandidate,
  type PairChoice,
} from "./pairs/choose-pairs.js";
export {
  areTooClose,
  rankByUncertainty,
  tooCloseToBest,
  type UncertaintyOptions,
  type UncertaintyRank,
} from "./stats/uncertainty.js";
export { folderTypes, type FolderTypesOptions } from "./fidelity/folder-types.js";
export {
  runFidelity,
  type FidelityOptions,
  type FidelityReport,
  type LoadedType,
} from "./fidelity/run-fidelity.js";
export type { LeftOutRecord, LeftOutSummary } from "./fidelity/left-out.js";
export type { Differences, FidelityAccuracy, FidelityRow } from "./fidelity/compare-types.js";
export type { FlipCounts, MarginBand } from "./fidelity/count-flips.js";
export type { Evidence } from "./fidelity/evidence.js";
export { fidelityTables, type FidelityTable } from "./fidelity/figures.js";
export type { SelfDifference } from "./fidelity/self-difference.js";
export { renderPairsReport, type PairsReportOptions } from "./report/pairs-report.js";
export { renderFidelityReport } from "./report/fidelity-report.js";
export { verifyRewards, type VerifyRewardsOptions } from "./published/verify-rewards.js";
export type { RewardComparison } from "./published/compare-rewards.js";
export { measureScales, type MeasureScalesOptions } from "./measure-scales.js";
export { saveCalibration } from "./save-calibration.js";
export {
  calibrate,
  fitTemperature,
  type Calibration,
  type CalibrationBin,
  type CalibrationQuality,
} from "./stats/calibration.js";
export { bootstrapIntervals, type BootstrapOptions, type Interval } from "./stats/bootstrap.js";
export { FEW_RECORDS, isTooFew, wilsonInterval } from "./stats/wilson.js";
export { kendallTauB } from "./stats/kendall-tau.js";
export { mcnemarTest, type McNemar } from "./stats/mcnemar.js";
export type { RecordId } from "../data/records/record.js";
export * from "../data/dataset/index.js";
