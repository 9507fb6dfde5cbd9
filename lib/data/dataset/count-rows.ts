import { dataStream, type DataFile } from "../../formats/data-stream.js";
import { readCsvRows } from "../../formats/csv/csv-rows.js";
import { countParquetRows } from "../../formats/parquet/parquet-rows.js";

const NEWLINE = 0x0a;

/**
 * How many rows files have, for a progress bar: lines of JSON Lines, rows of CSV, what Parquet's table of contents says.
 * @returns undefined where counting would cost as much as reading (packed files, JSON arrays), or nothing can be read
 */
export async function countRows(
  files: readonly DataFile[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (files.some(({ format, isGzipped }) => format === "json" || isGzipped)) return undefined;
  try {
    let count = 0;
    for (const file of files) count += await COUNTERS[file.format](file, signal);
    return count;
  } catch {
    // Whatever is wrong with the input, reading it will say so.
    return undefined;
  }
}

const COUNTERS: Readonly<Record<DataFile["format"], Counter>> = {
  parquet: countParquetRows,
  csv: async (file, signal) => {
    let count = 0;
    for await (const row of readCsvRows(dataStream(file, signal))) count = row.line + 1;
    return count;
  },
  json: countLines,
  jsonl: countLines,
};

type Counter = (file: DataFile, signal: AbortSignal | undefined) => Promise<number>;

async function countLines(file: DataFile, signal: AbortSignal | undefined): Promise<number> {
  let lines = 0;
  let isInLine = false;
  for await (const chunk of dataStream(file, signal)) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    isInLine = chunk.length > 0 && chunk[chunk.length - 1] !== NEWLINE;
  }
  return lines + (isInLine ? 1 : 0);
}
