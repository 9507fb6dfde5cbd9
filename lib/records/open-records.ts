import { messageOf, unreadable, type DatasetRows } from "../dataset/dataset-row.js";
import { openDataset, type Dataset, type DatasetOptions } from "../dataset/dataset.js";
import { gunzip } from "../dataset/gunzip.js";
import { readJsonArray } from "../dataset/json-array.js";
import { readJsonLines } from "../dataset/json-lines.js";
import { RewardError } from "../errors.js";

/** Input of `score`: a dataset, or what comes in on standard input. */
export type RecordInput = Pick<Dataset, "rows" | "count">;

/** The name that stands for standard input. */
export const STANDARD_INPUT = "-";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Opens the input of `score`: a file, a folder or `hub:owner/name` (JSON Lines, a JSON array, Parquet; plain or gzip), or
 * standard input (JSON Lines or a JSON array; plain or gzip).
 * @throws DatasetError `DATASET_INVALID`: nothing to read there, or several splits and none chosen
 * @throws DownloadError
 */
export async function openRecords(
  input: string,
  stdin: AsyncIterable<Uint8Array>,
  options?: DatasetOptions,
): Promise<RecordInput> {
  if (input !== STANDARD_INPUT) return openDataset(input, options);
  return { rows: () => readStream(stdin), count: () => Promise.resolve(undefined) };
}

/** Like a file: what cannot be read at all becomes one error row. */
async function* readStream(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  let line = 0;
  try {
    for await (const row of rowsOf(bytes)) {
      line = row.line + 1;
      yield row;
    }
  } catch (error) {
    if (error instanceof RewardError) yield { line, error: error as RewardError };
    else yield { line, error: unreadable(`The input cannot be read: ${messageOf(error)}.`, error) };
  }
}

async function* rowsOf(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const { start, all } = await peek(bytes);
  if (start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) yield* rowsOf(gunzip(all));
  else yield* (visibleText(start).startsWith("[") ? readJsonArray : readJsonLines)(all);
}

/** Reads until something other than white space has come, and gives everything back. */
async function peek(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ start: Buffer; all: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let isDone = false;
  while (!isDone && (start.length < GZIP_MAGIC.length || visibleText(start) === "")) {
    const next = await iterator.next();
    isDone = next.done === true;
    if (next.done !== true) start = Buffer.concat([start, next.value]);
  }
  async function* all(): AsyncIterable<Uint8Array> {
    yield start;
    while (!isDone) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return { start, all: all() };
}

function visibleText(bytes: Buffer): string {
  // trimStart also takes a byte-order mark.
  return bytes.toString("utf8").trimStart();
}
