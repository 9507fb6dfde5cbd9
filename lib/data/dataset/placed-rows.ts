import { FileError, type RewardError } from "../../errors.js";
import { dataStream, type DataFile } from "../../formats/data-stream.js";
import { readCsvRows } from "../../formats/csv/csv-rows.js";
import { readJsonArray } from "../../formats/json/json-array.js";
import { readPlacedLines } from "../../formats/json/json-lines.js";
import { readParquetRows } from "../../formats/parquet/parquet-rows.js";
import { isRewardError, unreadable, type DatasetRow, type DatasetRows } from "../../formats/rows.js";
import { messageOf } from "../../util/caught.js";
import { lfsPointerMessage, readLfsPointer } from "../../util/files/lfs-pointer.js";
import { withColumnValues } from "./csv-columns.js";

/** Where a row of a data file is, for who comes back to it. */
export interface RowPlace {
  /** Its line within the file. */
  line: number;
  /** Where that begins, in JSON Lines that are not packed: nothing in front of it is read again. */
  byte?: number | undefined;
}

/** Where every file begins. */
export const FILE_START: RowPlace = { line: 0, byte: 0 };

/**
 * The rows of a file, from one of them on. JSON Lines are read from the byte, Parquet from the row group; what is packed, CSV, or one JSON
 * array, is read through from its beginning. A file that cannot be read at all, or not to its end, gives an error in place.
 * @throws `signal.reason`
 */
export async function* placedRows(
  file: DataFile,
  from: RowPlace,
  signal: AbortSignal | undefined,
): AsyncIterable<{ row: DatasetRow; place: RowPlace }> {
  let { line } = from;
  try {
    for await (const { row, byte } of rowsFrom(file, from, signal)) {
      const place = { line: row.line, byte };
      line = row.line + 1;
      if (row.error === undefined) yield { row, place };
      else yield { row: { line: row.line, error: named(file, row.error) }, place };
    }
  } catch (error) {
    signal?.throwIfAborted();
    yield { row: { line, error: named(file, error) }, place: { line } };
  }
}

async function* rowsFrom(
  file: DataFile,
  { line, byte }: RowPlace,
  signal: AbortSignal | undefined,
): AsyncIterable<{ row: DatasetRow; byte?: number }> {
  const pointer = await readLfsPointer(file.path);
  if (pointer !== undefined) throw unreadable(lfsPointerMessage("This", pointer));
  if (file.format === "jsonl") {
    const canJump = !file.isGzipped && byte !== undefined;
    const start = canJump ? { line, byte } : { line: 0, byte: 0 };
    for await (const placed of readPlacedLines(dataStream(file, signal, start.byte), start))
      if (placed.row.line >= line) yield file.isGzipped ? { row: placed.row } : placed;
    return;
  }
  for await (const row of rowsOf(file, line, signal)) if (row.line >= line) yield { row };
}

async function* rowsOf(file: DataFile, line: number, signal: AbortSignal | undefined): DatasetRows {
  if (file.format === "parquet") yield* readParquetRows(file, signal, line);
  else if (file.format === "csv")
    for await (const row of readCsvRows(dataStream(file, signal))) yield withColumnValues(row);
  else yield* readJsonArray(dataStream(file, signal));
}

function named(file: DataFile, error: unknown): RewardError {
  if (isRewardError(error)) return unreadable(`${file.name}: ${error.message}`, error);
  return new FileError("FILE_FAILED", `${file.name} cannot be read: ${messageOf(error)}.`, { cause: error });
}
