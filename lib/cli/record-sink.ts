import type { Writable } from "node:stream";
import { ScoreLog } from "../eval/score-log.js";
import type { OutputJson } from "../records/output-record.js";
import type { RecordId } from "../records/record.js";
import { LineWriter } from "./line-writer.js";

/** Where results go, one line each. */
export interface RecordSink {
  /** Ids of the records an earlier run has written there, in order. */
  readonly doneIds: readonly RecordId[];
  write(record: OutputJson): Promise<void>;
  /** Makes everything durable. */
  close(): Promise<void>;
}

/**
 * Opens the place for results: a file that only ever holds whole lines, or stdout.
 * @throws InvalidArgumentError the file exists and `resume` is off; FileError `FILE_FAILED`
 */
export async function openSink(
  stdout: Writable,
  file: string | undefined,
  resume: boolean,
): Promise<RecordSink> {
  if (file !== undefined) return openFileSink(file, resume);
  const writer = new LineWriter(stdout);
  return {
    doneIds: [],
    write: (record) => writer.write(JSON.stringify(record)),
    close: () => writer.end(),
  };
}

async function openFileSink(file: string, resume: boolean): Promise<RecordSink> {
  const log = await ScoreLog.open(file, resume);
  return {
    doneIds: log.doneIds,
    write: (record) => log.append(record),
    close: () => log.close(),
  };
}
