import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { openDataset, type DatasetRow } from "../../../lib/data/dataset/index.js";
import { FILE_START, placedRows, type RowPlace } from "../../../lib/data/dataset/placed-rows.js";
import type { DataFile } from "../../../lib/formats/data-stream.js";
import { temporaryFolder } from "../../support/fixtures.js";

const VALUES = Array.from({ length: 7 }, (_, id) => ({ id, text: "é".repeat(id) }));
/** With blank lines, one that is no JSON, and none at the end. */
const LINES = [...VALUES.map((value) => JSON.stringify(value)), "", "{", "", '{"id":9}'].join("\n");

function parquet(): Uint8Array {
  const columnData = [
    { name: "id", data: VALUES.map(({ id }) => id) },
    { name: "text", data: VALUES.map(({ text }) => text) },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 3 }));
}

async function readFrom(file: DataFile, from: RowPlace): Promise<{ rows: DatasetRow[]; places: RowPlace[] }> {
  const rows: DatasetRow[] = [];
  const places: RowPlace[] = [];
  for await (const { row, place } of placedRows(file, from, undefined)) {
    rows.push(row);
    places.push(place);
  }
  return { rows, places };
}

const plain = (rows: readonly DatasetRow[]): unknown[] =>
  rows.map(({ line, value, error }) => [line, value, error?.message]);

it.each([
  ["lines.jsonl", LINES, 9],
  ["lines-crlf.jsonl", `\ufeff${LINES.replaceAll("\n", "\r\n")}`, 9],
  ["lines.jsonl.gz", gzipSync(LINES), 9],
  ["array.json", JSON.stringify(VALUES), 7],
  ["table.parquet", parquet(), 7],
  ["table.csv", 'id,text\n0,"a\nb"\n1\n2,c\n', 3],
  ["stray-quote.csv", 'id,text\n0,a\n1,b\n2,"c"d\n3,e\n', 3],
  ["half.jsonl.gz", gzipSync(LINES.repeat(5000)).subarray(0, 400), undefined],
])("comes back to every row of %s", async (name, content, count) => {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  const { files } = await openDataset(path);
  const [file] = files;
  if (file === undefined) throw new Error("no file");
  const whole = await readFrom(file, FILE_START);
  if (count !== undefined) expect(whole.rows).toHaveLength(count);
  for (const [index, place] of whole.places.slice(0, 12).entries()) {
    const { rows, places } = await readFrom(file, place);
    expect(plain(rows)).toEqual(plain(whole.rows.slice(index)));
    expect(places).toEqual(whole.places.slice(index));
  }
});
