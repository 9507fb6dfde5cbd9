import { dataStream, type DataFile } from "../../formats/data-stream.js";
import { countParquetRows } from "../../formats/parquet/parquet-rows.js";

const NEWLINE = 0x0a;

/**
 * How many rows files have, for a progress bar: lines of JSON Lines, what Parquet's table of contents says.
 * @returns undefined where counting would cost as much as reading (packed files, JSON arrays), or nothing can be read
 */
export async function countRows(
  files: readonly DataFile[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (files.some(({ format, isGzipped }) => format === "json" || isGzipped)) return undefined;
  try {
    let count = 0;
    for (const file of files)
      count += await (file.format === "parquet" ? countParquetRows(file, signal) : countLines(file, signal));
    return count;
  } catch {
    // Whatever is wrong with the input, reading it will say so.
    return undefined;
  }
}

async function countLines(file: DataFile, signal: AbortSignal | undefined): Promise<number> {
  let lines = 0;
  let isInLine = false;
  for await (const chunk of dataStream(file, signal)) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    isInLine = chunk.length > 0 && chunk[chunk.length - 1] !== NEWLINE;
  }
  return lines + (isInLine ? 1 : 0);
}
