import { dataStream, type DataFile } from "../../formats/data-stream.js";
import { FileError, type RewardError } from "../../errors.js";
import { countRows } from "./count-rows.js";
import { findDataFiles } from "./data-file.js";
import { isRewardError, unreadable, type DatasetRow, type DatasetRows } from "../../formats/rows.js";
import type { DatasetPart } from "./folder/choose-files.js";
import { downloadDataset, hubDatasetId } from "./hub-dataset.js";
import { withColumnValues } from "./csv-columns.js";
import { readCsvRows } from "../../formats/csv/csv-rows.js";
import { readJsonArray } from "../../formats/json/json-array.js";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { lfsPointerMessage, readLfsPointer } from "../../util/files/lfs-pointer.js";
import { readParquetRows } from "../../formats/parquet/parquet-rows.js";
import { messageOf } from "../../util/caught.js";

/** A dataset on disk: JSON Lines, JSON arrays, CSV or Parquet, plain or gzip, one file or a folder of them. */
export interface Dataset {
  readonly path: string;
  readonly files: readonly DataFile[];
  /** Reads all rows from the start; may be called again. */
  rows(): DatasetRows;
  /** How many rows there are, for a progress bar; undefined where that is not known without reading them. */
  count(): Promise<number | undefined>;
}

/** What `openDataset` may be told. */
export interface DatasetOptions extends DatasetPart {
  /** Ends the reading, with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens a dataset: a file, a folder, `hub:owner/name`, or `hub:owner/name/folder`. Its files are found now and read when
 * `rows()` is iterated.
 * @throws DatasetError `DATASET_INVALID`: nothing to read there, or several splits or configurations and none chosen
 * @throws DownloadError `DOWNLOAD_FAILED`: a Hub dataset cannot be fetched
 * @example
 * ```ts
 * import { openDataset } from "llama-reward/data";
 *
 * const dataset = await openDataset("pairs.jsonl");
 * for await (const { line, value, error } of dataset.rows()) console.log(line, error?.message ?? value);
 * ```
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { signal, ...part } = options;
  const hubId = hubDatasetId(path);
  const files = await findDataFiles(hubId === undefined ? path : await downloadDataset(hubId, options), part);
  return { path, files, rows: () => readFiles(files, signal), count: () => countRows(files, signal) };
}

/** A later file counts on from the last line of the one before, so that every row has a line of its own. */
async function* readFiles(files: readonly DataFile[], signal: AbortSignal | undefined): DatasetRows {
  let offset = 0;
  for (const file of files) {
    let next = offset;
    for await (const row of readFile(file, signal)) {
      yield { ...row, line: offset + row.line };
      next = offset + row.line + 1;
    }
    offset = next;
  }
}

/** A file that cannot be read at all gives a single error row, so that the other files of a folder still count. */
async function* readFile(file: DataFile, signal: AbortSignal | undefined): DatasetRows {
  let line = 0;
  try {
    for await (const row of rowsOf(file, signal)) {
      line = row.line + 1;
      yield row.error === undefined ? row : { line: row.line, error: named(file, row.error) };
    }
  } catch (error) {
    signal?.throwIfAborted();
    yield { line, error: named(file, error) } satisfies DatasetRow;
  }
}

async function* rowsOf(file: DataFile, signal: AbortSignal | undefined): DatasetRows {
  const pointer = await readLfsPointer(file.path);
  if (pointer !== undefined) throw unreadable(lfsPointerMessage("This", pointer));
  if (file.format === "parquet") yield* readParquetRows(file, signal);
  else if (file.format === "csv")
    for await (const row of readCsvRows(dataStream(file, signal))) yield withColumnValues(row);
  else yield* (file.format === "json" ? readJsonArray : readJsonLines)(dataStream(file, signal));
}

function named(file: DataFile, error: unknown): RewardError {
  if (isRewardError(error)) return unreadable(`${file.name}: ${error.message}`, error);
  return new FileError("FILE_FAILED", `${file.name} cannot be read: ${messageOf(error)}.`, { cause: error });
}
