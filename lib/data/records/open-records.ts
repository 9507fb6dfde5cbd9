import { unreadable, type DatasetRows } from "../../formats/rows.js";
import { openDataset, type Dataset, type DatasetOptions } from "../dataset/dataset.js";
import { gunzip } from "../../formats/gunzip.js";
import { readJsonArray } from "../../formats/json/json-array.js";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { LARGEST_RECORD_BYTES } from "../../formats/json/parse-json.js";
import { firstVisible } from "../../formats/json/text-form.js";
import { RewardError } from "../../errors.js";
import { lfsPointerMessage, parseLfsPointer, type LfsPointer } from "../../util/files/lfs-pointer.js";
import { messageOf } from "../../util/caught.js";

/** Input of `score`: a dataset, or what comes in on standard input. */
export type RecordInput = Pick<Dataset, "rows" | "count">;

/** The name that stands for standard input. */
export const STANDARD_INPUT = "-";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const OPEN_LIST = 0x5b;

/**
 * Opens the input of `score`: a file, a folder or `hub:owner/name` (JSON Lines, a JSON array, Parquet; plain or gzip), or
 * standard input (JSON Lines or a JSON array; plain or gzip).
 * @throws DatasetError `DATASET_INVALID`: nothing to read there, or several splits and none chosen
 * @throws DownloadError
 * @example
 * ```ts
 * import { openRecords, readRecord, STANDARD_INPUT } from "llama-reward/data";
 *
 * const records = await openRecords(STANDARD_INPUT, process.stdin);
 * for await (const row of records.rows()) console.log(readRecord(row).id);
 * ```
 */
export async function openRecords(
  input: string,
  stdin: AsyncIterable<Uint8Array>,
  options?: DatasetOptions,
): Promise<RecordInput> {
  if (input !== STANDARD_INPUT) return openDataset(input, options);
  return { rows: () => readStream(stdin, options?.signal), count: () => Promise.resolve(undefined) };
}

/** Like a file: what cannot be read at all becomes one error row. */
async function* readStream(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): DatasetRows {
  let line = 0;
  try {
    for await (const row of rowsOf(untilAborted(bytes, signal))) {
      line = row.line + 1;
      yield row;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RewardError) yield { line, error: error as RewardError };
    else yield { line, error: unreadable(`The input cannot be read: ${messageOf(error)}.`, error) };
  }
}

async function* untilAborted(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const piece of bytes) {
    signal?.throwIfAborted();
    yield piece;
  }
}

async function* rowsOf(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const { isGzipped, isArray, lfsPointer, all } = await peek(bytes);
  if (lfsPointer !== undefined) throw unreadable(lfsPointerMessage("The input", lfsPointer));
  if (isGzipped) yield* rowsOf(gunzip(all));
  else yield* (isArray ? readJsonArray : readJsonLines)(all);
}

interface Peeked {
  isGzipped: boolean;
  isArray: boolean;
  lfsPointer: LfsPointer | undefined;
  /** Everything, also what was looked at. */
  all: AsyncIterable<Uint8Array>;
}

/** Reads until something other than white space has come. */
async function peek(bytes: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = bytes[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let visible: number | undefined;
  let isDone = false;
  while (
    !isDone &&
    (length < GZIP_MAGIC.length || (visible === undefined && length <= LARGEST_RECORD_BYTES))
  ) {
    const next = await iterator.next();
    isDone = next.done === true;
    if (next.done === true) break;
    pieces.push(next.value);
    length += next.value.length;
    const at = firstVisible(next.value);
    if (at >= 0) visible ??= next.value[at];
  }
  const start = Buffer.concat(pieces);
  async function* all(): AsyncIterable<Uint8Array> {
    yield start;
    while (!isDone) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return {
    isGzipped: start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC),
    isArray: visible === OPEN_LIST,
    lfsPointer: parseLfsPointer(start),
    all: all(),
  };
}
