import type { Dataset } from "../../data/dataset/dataset.js";
import { unreadable } from "../../formats/rows.js";
import { outputRecord, type OutputJson } from "../../data/records/output-record.js";
import type { ScoreRecord } from "../../data/records/record.js";
import type { RunSettings } from "../../data/records/same-run.js";
import { ScoreLog } from "../../data/records/score-log.js";
import type { RecordOutcome } from "../../data/records/score-record.js";
import { scoreRecords } from "../../data/records/score-records.js";
import { ScoringRun } from "../../data/records/scoring-run.js";
import type { Scorer } from "../../score/score.js";
import { readRecords } from "../../data/records/read-records.js";
import { stdOf } from "../stats/uncertainty.js";

/** What `scoreCandidates` needs. */
export interface ScoreCandidatesOptions {
  scorer: Scorer;
  /** Refuses scores without std at once, since nothing could be chosen by it later. */
  maxStd?: number | undefined;
  /** Stops at the first record that cannot be read or scored. */
  strict?: boolean | undefined;
  /** Continues the files of an earlier run. */
  resume?: boolean | undefined;
  settings?: RunSettings | undefined;
  signal?: AbortSignal | undefined;
  /** `total` is 0 where it is not known. */
  onProgress?: ((records: number, total: number) => void) | undefined;
}

/**
 * Scores every record into a file, a line at a time, so that a killed run can go on where it was.
 * @param files the scores, and what the run is
 * @throws InvalidArgumentError the file holds another run's scores, or `resume` is off
 * @throws DatasetError with `strict`, the first bad record
 * @throws FileError
 */
export async function scoreCandidates(
  dataset: Dataset,
  files: { scores: string; run: string },
  { scorer, maxStd, strict, resume, settings, signal, onProgress }: ScoreCandidatesOptions,
): Promise<void> {
  const log = await ScoreLog.open(files.scores, resume === true);
  try {
    const run = await ScoringRun.begin(log, files.run, { command: "pairs", scorer, settings });
    let done = run.doneCount;
    const total = onProgress === undefined ? 0 : ((await dataset.count()) ?? 0);
    const entries = run.pending(readRecords(dataset, strict === true));
    for await (const outcome of scoreRecords(entries, scorer, { signal })) {
      const line = scoreLine(outcome);
      const failure = outcome.scores?.find(({ error }) => error !== undefined)?.error;
      if (strict === true && failure !== undefined) {
        throw unreadable(`Record ${outcome.id} cannot be scored: ${failure.message}`, failure);
      }
      if (maxStd !== undefined) outcome.scores?.forEach(({ score }) => score !== undefined && stdOf(score));
      await run.append(line);
      onProgress?.(++done, total);
    }
  } finally {
    await log.close();
  }
}

/** Every record as candidates, whatever its form: pairs are chosen among these. */
function scoreLine(outcome: RecordOutcome): OutputJson {
  if (outcome.scores === undefined) return outputRecord(outcome);
  const record: ScoreRecord = { ...outcome.record, kind: "candidates" };
  return outputRecord({ ...outcome, record });
}
