import type { RunSettings } from "../data/records/same-run.js";
import type { Scorer } from "../score/score.js";
import type { BenchmarkName } from "./metrics/names.js";
import type { BootstrapOptions } from "./stats/bootstrap.js";

/** How far a run is. */
export interface EvalProgress {
  /** Records written in this run. */
  records: number;
  /** Records an earlier run had finished. */
  resumed: number;
  /** Records in the data. */
  total: number;
  /** Records that could not be read or scored. */
  failed: number;
  /** Tokens of the records written in this run. */
  tokens: number;
}

/** What `runEval` needs. */
export interface EvalOptions {
  benchmark: BenchmarkName;
  /** Data file or folder. */
  data: string;
  /** Which split of a folder; by default the one the benchmark publishes. */
  split?: string | undefined;
  /** Which configuration its card describes. */
  config?: string | undefined;
  /** Output folder; made when it is not there. */
  out: string;
  /** The model. Not needed with `scores`. */
  scorer?: Scorer | undefined;
  /** Recomputes everything from this score file instead of scoring. */
  scores?: string | undefined;
  /** Scores of other models or types for the same data, to compare with: score files, or folders of runs. */
  against?: string | readonly string[] | undefined;
  /** The command line, to be named in summary and report. */
  command?: string | undefined;
  /** Continues an interrupted run in `out`. */
  resume?: boolean | undefined;
  /** Stops at the first bad record. */
  strict?: boolean | undefined;
  settings?: RunSettings | undefined;
  bootstrap?: BootstrapOptions | undefined;
  signal?: AbortSignal | undefined;
  /** Told after every record. */
  onProgress?: ((progress: EvalProgress) => void) | undefined;
}

/** Files a run leaves in its folder. */
export const EVAL_FILES = {
  run: "run.json",
  scores: "scores.jsonl",
  summary: "summary.json",
  report: "report.html",
  rewardBench: "rewardbench.json",
  /** Only while somebody writes the folder. */
  lock: "eval.lock",
} as const;
