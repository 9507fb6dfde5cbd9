import type { ModelOptions, OutputOptions } from "./command-options.js";
import type { EnsembleCommandOptions } from "./ensemble-options.js";

/** The benchmark of process reward models, which has figures of its own. */
export const PROCESSBENCH = "processbench";

/** Options of `eval`, by the names commander gives them. */
export interface EvalCommandOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions {
  data: string;
  out: string;
  scores?: string;
  against?: string[];
  split?: string;
  config?: string;
  resume?: true;
  strict?: true;
  saveCalibration?: true;
  threshold?: number;
}
