import type { RecordCounts } from "../items/collect.js";
import type { Provenance } from "../provenance/provenance.js";
import type { ProcessMeasurement } from "./figures.js";

/** `summary.json` of ProcessBench: what was judged, and every figure; the report shows the same numbers. */
export interface ProcessBenchSummary extends ProcessMeasurement {
  benchmark: "processbench";
  /** Model name, or the name of the score file. */
  model: string;
  /** Backbone type; absent for scores of another run. */
  type?: string;
  data: { path: string; split?: string };
  /** Steps with a smaller reward counted as wrong. */
  threshold: number;
  /** What became of the solutions. */
  records: RecordCounts;
  provenance: Provenance;
}
