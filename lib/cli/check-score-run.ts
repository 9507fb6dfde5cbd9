import type { DatasetRows } from "../dataset/dataset-row.js";
import { checkSameRun, fingerprintOf, type RunSettings } from "../eval/same-run.js";
import type { Scorer } from "../score.js";
import { exists } from "../util/exists.js";

/** A run of `score`. */
export interface ScoreRun {
  /** File of the results; absent for standard output. */
  out: string | undefined;
  /** Whether it holds results of an earlier run. */
  isResumed: boolean;
  model: Scorer;
  settings: RunSettings;
}

/**
 * Passes rows on once the first of them, the model and the options are known to be those of the run that is resumed, by
 * `<out>.run.json`. Standard input can be read only once, so the first row is looked at on its way.
 * @throws InvalidArgumentError the run was another one
 */
export async function* checkScoreRun(
  rows: DatasetRows,
  { out, isResumed, model, settings }: ScoreRun,
): DatasetRows {
  const path = `${out}.run.json`;
  // Results without that file, copied from elsewhere, are told by their ids alone.
  let isChecked = out === undefined || (isResumed && !(await exists(path)));
  for await (const row of rows) {
    if (!isChecked) {
      const what = { command: "score", firstRecord: fingerprintOf(row) };
      await checkSameRun(path, what, model, settings, isResumed);
      isChecked = true;
    }
    yield row;
  }
}
