import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { toExactJson } from "../../formats/json/exact-json.js";
import { unreadable } from "../../formats/rows.js";
import {
  inferColumnType,
  misfit,
  schemaElements,
  type ColumnType,
} from "../../formats/parquet/parquet-schema.js";
import { putWhole, syncFile } from "../../util/files/write-whole.js";

/** A record to write: JSON values, those of `exactValue` too. */
export type OutputRecord = Readonly<Record<string, unknown>>;

/** Rows of the first row group, from which the columns are found. */
const FIRST_GROUP_ROWS = 1000;
/** Rows held in memory at most. */
const GROUP_ROWS = 10_000;

/**
 * Writes records as they come: Parquet when the name ends in `.parquet`, else JSON Lines, packed when it ends in `.gz`.
 * The file gets its name once it is complete, so a broken-off run leaves no half file behind.
 * @throws DatasetError a record has a column, or a shape of one, that the first 1000 records did not have (Parquet)
 * @example
 * ```ts
 * import { writeDataset } from "llama-reward/data";
 *
 * await writeDataset("answers.parquet", [
 *   { prompt: "What is 2 + 2?", response: "4." },
 *   { prompt: "What is 2 + 3?", response: "5." },
 * ]);
 * ```
 */
export async function writeDataset(
  path: string,
  records: Iterable<OutputRecord> | AsyncIterable<OutputRecord>,
): Promise<void> {
  await putWhole(path, async (incomplete) => {
    if (path.endsWith(".parquet")) await writeParquet(incomplete, records);
    else await writeLines(incomplete, records, path.endsWith(".gz"));
    await syncFile(incomplete);
  });
}

async function writeLines(
  path: string,
  records: Iterable<OutputRecord> | AsyncIterable<OutputRecord>,
  isPacked: boolean,
): Promise<void> {
  const lines = Readable.from(toLines(records));
  const file = createWriteStream(path);
  await (isPacked ? pipeline(lines, createGzip(), file) : pipeline(lines, file));
}

async function* toLines(
  records: Iterable<OutputRecord> | AsyncIterable<OutputRecord>,
): AsyncIterable<string> {
  for await (const record of records) yield `${toExactJson(record)}\n`;
}

async function writeParquet(
  path: string,
  records: Iterable<OutputRecord> | AsyncIterable<OutputRecord>,
): Promise<void> {
  const iterator = toAsyncIterator(records);
  const first: OutputRecord[] = [];
  while (first.length < FIRST_GROUP_ROWS) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
  }
  const columns = inferColumnType(first, "record");
  if (columns.kind !== "record" || columns.fields.size === 0) {
    throw unreadable(
      "There is no record to write, and an empty Parquet file has no columns. Write .jsonl instead.",
    );
  }
  const names = [...columns.fields.keys()];
  const root = { name: "root", num_children: names.length };
  await parquetWriteRows({
    writer: fileWriter(path),
    schema: [root, ...[...columns.fields].flatMap(([name, type]) => schemaElements(name, type))],
    columns: names.map((name) => ({ name })),
    rows: checkedRows(first, iterator, columns),
    rowGroupSize: [FIRST_GROUP_ROWS, GROUP_ROWS],
  });
}

async function* checkedRows(
  first: readonly OutputRecord[],
  rest: AsyncIterator<OutputRecord>,
  columns: ColumnType & { kind: "record" },
): AsyncIterable<OutputRecord> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    const problem = misfit(columns, next.value, "record");
    if (problem !== undefined) {
      throw unreadable(
        `Column ${problem}, as a later record has it, fits none of the first ${first.length} records. Write .jsonl instead.`,
      );
    }
    yield next.value;
  }
}

async function* toAsyncIterator<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* values;
}
