import type { Dataset } from "../../dataset/dataset.js";
import { unreadable } from "../../dataset/dataset-row.js";
import { outputRecord, type OutputJson } from "../../records/output-record.js";
import type { ScoreRecord } from "../../records/record.js";
import { skipDone } from "../../records/resume.js";
import { scoreRecords, type RecordOutcome } from "../../records/score-records.js";
import type { Scorer } from "../../score.js";
import { readRecords } from "../read-records.js";
import { checkSameRun, fingerprint, type RunSettings } from "../same-run.js";
import { ScoreLog } from "../score-log.js";
import { stdOf } from "./choose-pairs.js";

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
    let done = log.doneIds.length;
    const what = { command: "pairs", firstRecord: await fingerprint(dataset) };
    await checkSameRun(files.run, what, scorer, settings, done > 0);
    const total = onProgress === undefined ? 0 : ((await dataset.count()) ?? 0);
    const entries = skipDone(readRecords(dataset, strict === true), log.doneIds);
    for await (const outcome of scoreRecords(entries, scorer, { signal })) {
      const line = scoreLine(outcome);
      const failure = outcome.scores?.find(({ error }) => error !== undefined)?.error;
      if (strict === true && failure !== undefined) {
        throw unreadable(`Record ${outcome.id} cannot be scored: ${failure.message}`, failure);
      }
      if (maxStd !== undefined) outcome.scores?.forEach(({ score }) => score !== undefined && stdOf(score));
      await log.append(line);
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
