import type { Writable } from "node:stream";
import type { OutputJson } from "../data/records/output-record.js";
import type { RecordEntry } from "../data/records/record.js";
import type { RunDescription } from "../data/records/same-run.js";
import { ScoreLog } from "../data/records/score-log.js";
import { ScoringRun } from "../data/records/scoring-run.js";
import { FileLock } from "../util/files/file-lock.js";
import { LineWriter } from "./line-writer.js";

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
 * Opens the place for results: a file that only ever holds whole lines and that nobody else writes, or stdout.
 * @throws InvalidArgumentError the file exists and `resume` is off; FileError `FILE_FAILED`, `FILE_LOCKED`
 */
export async function openSink(
  stdout: Writable,
  file: string | undefined,
  resume: boolean,
): Promise<RecordSink> {
  if (file !== undefined) return openFileSink(file, resume);
  const writer = new LineWriter(stdout);
  const flow: RecordFlow = {
    doneCount: 0,
    pending: (entries) => entries,
    append: (record) => writer.write(JSON.stringify(record)),
  };
  return { begin: () => Promise.resolve(flow), close: () => writer.end() };
}

async function openFileSink(file: string, resume: boolean): Promise<RecordSink> {
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
