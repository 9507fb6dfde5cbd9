import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { DatasetRow } from "../../../lib/data/dataset/index.js";
import { openRecords, STANDARD_INPUT } from "../../../lib/data/records/open-records.js";

async function* chunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

async function read(bytes: Uint8Array, size = 3): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of (await openRecords(STANDARD_INPUT, chunks(bytes, size))).rows()) rows.push(row);
  return rows;
}

describe("standard input", () => {
  const lines = '{"a":1}\r\n\n{"a":"é😀"}\n{"a":3}';
  const expected = [
    { line: 0, value: { a: 1 } },
    { line: 2, value: { a: "é😀" } },
    { line: 3, value: { a: 3 } },
  ];

  it.each([1, 2, 7, 1000])("reads lines in pieces of %i bytes", async (size) => {
    expect(await read(Buffer.from(lines), size)).toEqual(expected);
    expect(await read(Buffer.from(`\ufeff${lines}`), size)).toEqual(expected);
    expect(await read(gzipSync(lines), size)).toEqual(expected);
  });

  it("reads a JSON array, also behind white space", async () => {
    const rows = [1, { a: 2 }].map((value, line) => ({ line, value }));
    expect(await read(Buffer.from('\n  [1, {"a":2}]'))).toEqual(rows);
    expect(await read(gzipSync('[1, {"a":2}]'))).toEqual(rows);
  });

  it("reads nothing from nothing", async () => {
    expect(await read(Buffer.from(""))).toEqual([]);
    expect(await read(Buffer.from("\n \n"))).toEqual([]);
    expect(await read(Buffer.from("{"))).toMatchObject([{ line: 0, error: { code: "DATASET_INVALID" } }]);
  });

  it("keeps going after a line that is not UTF-8 or not JSON", async () => {
    const bytes = Buffer.concat([
      Buffer.from("{}\n"),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from("x\n[]"),
    ]);
    expect(await read(bytes)).toMatchObject([
      { line: 0, value: {} },
      { line: 1, error: { code: "DATASET_INVALID" } },
      { line: 2, error: { code: "DATASET_INVALID" } },
      { line: 3, value: [] },
    ]);
  });

  it("gives an error row for input that breaks off", async () => {
    const torn = gzipSync('{"a":1}\n'.repeat(1000)).subarray(0, 40);
    expect((await read(torn)).at(-1)).toMatchObject({ error: { code: "DATASET_INVALID" } });
    // As of lines: what is whole is read. The 2 may be the beginning of 25.
    expect(await read(Buffer.from("[1, 2"))).toMatchObject([
      { line: 0, value: 1 },
      { line: 1, error: { code: "DATASET_INVALID" } },
    ]);
  });
});

describe("files", () => {
  it("refuses a path where nothing is", async () => {
    await expect(openRecords("/nowhere/at/all.jsonl", chunks(Buffer.of(), 1))).rejects.toMatchObject({
      code: "DATASET_INVALID",
    });
  });
});
