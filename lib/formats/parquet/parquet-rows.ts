import type { DataFile } from "../data-stream.js";
import { unreadable, type DatasetRow, type DatasetRows } from "../rows.js";
import { rememberExact } from "../json/exact-json.js";
import { openByteSource, type ByteSource } from "./byte-source.js";
import { prepareCodecs } from "./codecs.js";
import { ParquetProblem, UnreadableColumn } from "./unreadable.js";
import { LARGEST_GROUP_BYTES, readColumn } from "./read-column.js";
import { readTable, type Column, type RowGroup, type Table } from "./table.js";
import { messageOf } from "../../util/caught.js";

/**
 * Rows of a Parquet file, one row group in memory at a time. Nothing in the file is trusted: what it says twice has to agree,
 * and every length is compared with what is there before anything is decoded. A column that cannot be read leaves
 * `UnreadableColumn` in its rows, which matters only to those who want the column. A row group of which no column can be read
 * gives one error, at its first row, and the others still come.
 * @param start the first row wanted; groups in front of it are not decoded
 * @throws DatasetError no Parquet file, or one without its end; `signal.reason`
 */
export async function* readParquetRows(file: DataFile, signal?: AbortSignal, start = 0): DatasetRows {
  const source = await opened(openByteSource(file, signal));
  try {
    const table = await opened(readTable(source));
    await prepareCodecs();
    let line = 0;
    for (const group of table.groups) {
      const isBefore = line + group.rowCount <= start;
      if (!isBefore) yield* groupRows(source, table, group, line, { signal, start });
      line += group.rowCount;
    }
    if (line !== table.rowCount) {
      yield {
        line,
        error: unreadable(
          `The file announces ${table.rowCount} rows, but its row groups have ${line}: its table of contents is damaged. Fetch ` +
            "the file again, or write it anew.",
        ),
      };
    }
  } finally {
    await source.close();
  }
}

/** How many rows a file announces. @throws DatasetError */
export async function countParquetRows(file: DataFile, signal?: AbortSignal): Promise<number> {
  const source = await opened(openByteSource(file, signal));
  try {
    return (await opened(readTable(source))).rowCount;
  } finally {
    await source.close();
  }
}

async function opened<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    // What the system says of a file is no fault of its content.
    if (error instanceof Error && "errno" in error) throw error;
    throw unreadable(
      `The file is no complete Parquet file: ${messageOf(error)}. A download that broke off looks like this; fetch it again.`,
      error,
    );
  }
}

async function* groupRows(
  source: ByteSource,
  table: Table,
  group: RowGroup,
  firstLine: number,
  { signal, start }: { signal: AbortSignal | undefined; start: number },
): AsyncIterable<DatasetRow> {
  if (group.rowCount === 0) return;
  const columns = await readColumns(source, table, group, signal);
  const problem = columns.map(({ problem: each }) => each).find((each) => each !== undefined);
  if (columns.every(({ values }) => values === undefined)) {
    const rows = `Rows ${firstLine} to ${firstLine + group.rowCount - 1}`;
    yield {
      line: firstLine,
      error: unreadable(
        `${rows} cannot be decoded: ${problem?.message ?? "the table has no columns"}.`,
        problem?.cause,
      ),
    };
    return;
  }
  for (let row = Math.max(0, start - firstLine); row < group.rowCount; row++) {
    const value: Record<string, unknown> = {};
    for (const { name, values, problem: unread } of columns)
      value[name] = values === undefined ? unread : values[row];
    rememberExact(value, () =>
      Object.fromEntries(columns.map(({ name, exact, problem: unread }) => [name, exact?.(row) ?? unread])),
    );
    yield { line: firstLine + row, value };
  }
}

interface ReadColumn {
  name: string;
  values?: readonly unknown[];
  exact?: (row: number) => unknown;
  problem?: UnreadableColumn;
}

/** The smallest first, so that a column too large to be read leaves room for the others. */
async function readColumns(
  source: ByteSource,
  table: Table,
  group: RowGroup,
  signal: AbortSignal | undefined,
): Promise<ReadColumn[]> {
  const read = new Map<Column, ReadColumn>();
  let budget = LARGEST_GROUP_BYTES;
  const size = ({ firstLeaf, leaves }: Column): number =>
    leaves.reduce(
      (sum, _leaf, index) => sum + Number(group.chunks[firstLeaf + index]?.total_uncompressed_size ?? 0),
      0,
    );
  for (const column of [...table.columns].sort((a, b) => size(a) - size(b))) {
    signal?.throwIfAborted();
    const { name } = column;
    try {
      const { values, exact, sizeBytes } = await readColumn(source, table, group, column, budget, signal);
      budget -= sizeBytes;
      read.set(column, { name, values, exact });
    } catch (error) {
      signal?.throwIfAborted();
      read.set(column, { name, problem: new UnreadableColumn(name, reasonOf(error), error) });
    }
  }
  return table.columns.map((column) => read.get(column) ?? { name: column.name });
}

function reasonOf(error: unknown): string {
  return error instanceof ParquetProblem ? error.message : `it cannot be decoded (${messageOf(error)})`;
}
