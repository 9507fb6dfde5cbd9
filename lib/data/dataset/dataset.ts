import type { DataFile } from "../../formats/data-stream.js";
import type { DatasetRows } from "../../formats/rows.js";
import { countRows } from "./count-rows.js";
import { findDataFiles } from "./data-file.js";
import type { DatasetPart } from "./folder/choose-files.js";
import { downloadDataset, hubDatasetId } from "./hub-dataset.js";
import { FILE_START, placedRows } from "./placed-rows.js";

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
    for await (const { row } of placedRows(file, FILE_START, signal)) {
      yield { ...row, line: offset + row.line };
      next = offset + row.line + 1;
    }
    offset = next;
  }
}
