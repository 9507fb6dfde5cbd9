import { FileLock } from "../../util/files/file-lock.js";
import type { OutputJson } from "./output-record.js";
import type { RecordEntry } from "./record.js";
import type { RunDescription } from "./same-run.js";
import { ScoreLog } from "./score-log.js";
import { ScoringRun } from "./scoring-run.js";

/** Where results go, one line each. */
export interface RecordSink {
  /** Says what makes the results. @throws InvalidArgumentError those that are there were made otherwise */
  begin(run: RunDescription): Promise<RecordFlow>;
  /** Makes everything durable. */
  close(): Promise<void>;
}

/** Records on their way to a sink. */
export interface RecordFlow {
  /** Records an earlier run has written. */
  readonly doneCount: number;
  /** What is left to score. */
  pending(entries: AsyncIterable<RecordEntry>): AsyncIterable<RecordEntry>;
  /** Writes the result of the next of them. */
  append(record: OutputJson): Promise<void>;
}

/**
 * Opens a score log: a JSON Lines file that only ever holds whole lines and that nobody else writes, and beside it
 * `<file>.run.json`, which says what made them.
 * @param resume continues the file that an earlier run left; without it an existing file is refused, never overwritten
 * @throws InvalidArgumentError `INVALID_ARGUMENT` the file exists and `resume` is off
 * @throws FileError `FILE_FAILED` it cannot be opened, or a line is no record; `FILE_LOCKED` another run writes it
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { openDataset, openScoreLog, writeScores } from "llama-reward/data";
 *
 * const log = await openScoreLog("scores.jsonl");
 * const model = await RewardModel.load("models/grm");
 * try {
 *   console.log(await writeScores(await openDataset("pairs.jsonl"), model, log));
 * } finally {
 *   await log.close();
 *   await model.dispose();
 * }
 * ```
 */
export async function openScoreLog(file: string, resume = false): Promise<RecordSink> {
  const lock = await FileLock.acquire(`${file}.lock`, file);
  try {
    const log = await ScoreLog.open(file, resume);
    return {
      begin: (run) => ScoringRun.begin(log, `${file}.run.json`, run),
      close: () => log.close().finally(() => lock.release()),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
