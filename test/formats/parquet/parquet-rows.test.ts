import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset, type DatasetRow } from "../../../lib/data/dataset/index.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { i32, i64, list, makeParquet, struct, type Changes, type TextColumn } from "./make-parquet.js";

async function rowsOf(path: string): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of (await openDataset(path)).rows()) rows.push(row);
  return rows;
}

async function read(bytes: Uint8Array): Promise<DatasetRow[]> {
  const path = join(await temporaryFolder(), "table.parquet");
  await writeFile(path, bytes);
  return rowsOf(path);
}

/** As test/reference/parquet/write.py writes what pyarrow 26.0.1 reads. */
function asPyarrow(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { float: `${value}`.toLowerCase().replace("infinity", "inf") };
  }
  const isTime = value instanceof Date || (typeof value === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(value));
  if (isTime) return { time: expect.closeTo(Date.parse(String(value)) / 1000, 2) as unknown };
  if (Array.isArray(value)) return value.map(asPyarrow);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asPyarrow(entry)]));
}

const files = join(import.meta.dirname, "files");
const names = (await readdir(files)).filter((name) => name.endsWith(".parquet"));

describe("what other tools write", () => {
  it.each(names)("reads %s as pyarrow does", async (name) => {
    const text = await readFile(join(files, name.replace(".parquet", ".json")), "utf8");
    const expected = JSON.parse(text) as Record<string, unknown[]>;
    const rows = await rowsOf(join(files, name));
    for (const [column, values] of Object.entries(expected)) {
      const found = rows.map(({ value }) => asPyarrow((value as Record<string, unknown>)[column]));
      expect(found.map((value, row) => ({ column, row, value }))).toEqual(
        values.map((value, row) => ({ column, row, value })),
      );
    }
  });
});

const COLUMNS: TextColumn[] = [
  { name: "prompt", values: ["\ufeffq1", "q2", "q3"] },
  { name: "response", values: ["r1", "\ufeff", "r3"] },
  { name: "note", values: ["n1", "n2", "n3"] },
];
const make = (changes: Changes = {}, columns = COLUMNS): Uint8Array => makeParquet(columns, changes);
/** A change of what a page announces, for one column. */
const ofPage =
  (column: string, fields: Record<number, ReturnType<typeof i32>>): NonNullable<Changes["page"]> =>
  (header, name) =>
    name === column ? { ...header, ...fields } : header;

describe("a sound file", () => {
  it("keeps a leading U+FEFF of its texts", async () => {
    expect((await read(make())).map(({ value }) => value)).toEqual([
      { prompt: "\ufeffq1", response: "r1", note: "n1" },
      { prompt: "q2", response: "\ufeff", note: "n2" },
      { prompt: "q3", response: "r3", note: "n3" },
    ]);
  });
});

describe("a damaged file", () => {
  it.each([
    [
      "no row group",
      (fields: object) => ({ ...fields, 4: list(12, []) }),
      0,
      /announces 3 rows, but its row groups have 0/,
    ],
    [
      "more rows than there are",
      (fields: object) => ({ ...fields, 3: i64(4) }),
      3,
      /announces 4 rows, but its row groups have 3/,
    ],
    [
      "fewer rows than there are",
      (fields: object) => ({ ...fields, 3: i64(2) }),
      3,
      /announces 2 rows, but its row groups have 3/,
    ],
  ])("does not lose rows in silence: %s", async (_what, footer, good, problem) => {
    const rows = await read(make({ footer }));
    expect(rows.slice(0, good).every(({ error }) => error === undefined)).toBe(true);
    expect(rows.slice(good)).toMatchObject([
      { line: good, error: { code: "DATASET_INVALID", message: expect.stringMatching(problem) as string } },
    ]);
  });

  const longRun = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1);
  it.each<[string, RegExp, Changes, Uint8Array?]>([
    ["a run of 2^31 levels", /longer than its page/, {}, longRun],
    ["levels without an end", /ends before/, {}, Uint8Array.of(0x80)],
    ["a page that is too long", /longer than its column chunk/, { page: ofPage("note", { 3: i32(10_000) }) }],
    ["a huge page", /larger than/, { page: ofPage("note", { 2: i32(2 ** 31 - 1) }) }],
    ["a checksum that is wrong", /checksum/, { page: ofPage("note", { 4: i32(1) }) }],
    [
      "fewer values",
      /longer than its page/,
      { page: ofPage("note", { 5: struct({ 1: i32(2), 2: i32(0), 3: i32(3), 4: i32(3) }) }) },
    ],
    [
      "more values",
      /more values/,
      { page: ofPage("note", { 5: struct({ 1: i32(2 ** 30), 2: i32(0), 3: i32(3), 4: i32(3) }) }) },
    ],
    [
      "an encoding that is none",
      /unknown encoding 99/,
      { page: ofPage("note", { 5: struct({ 1: i32(3), 2: i32(99), 3: i32(3), 4: i32(3) }) }) },
    ],
    [
      "a version 2 page without a length of levels",
      /no valid size of levels/,
      {
        page: ofPage("note", {
          1: i32(3),
          8: struct({ 1: i32(3), 2: i32(0), 3: i32(3), 4: i32(0), 5: i32(3) }),
        }),
      },
    ],
    [
      "another number of values in its table of contents",
      /has 2 values, its row group 3 rows/,
      { chunk: (fields, name) => (name === "note" ? { ...fields, 5: i64(2) } : fields) },
    ],
    [
      "a place outside of the file",
      /outside of the file/,
      { chunk: (fields, name) => (name === "note" ? { ...fields, 9: i64(10_000) } : fields) },
    ],
    [
      "a codec that nobody knows",
      /not supported/,
      { chunk: (fields, name) => (name === "note" ? { ...fields, 4: i32(3) } : fields) },
    ],
  ])(
    "gives its records where a column that nobody asks for has %s",
    async (_what, problem, changes, levels) => {
      const columns = COLUMNS.map((column) =>
        column.name === "note" && levels ? { ...column, levels } : column,
      );
      const rows = await read(make(changes, columns));
      const entries = rows.map(readRecord);
      expect(entries.map(({ record }) => record?.conversations.length)).toEqual([1, 1, 1]);
      // The same in a column that is asked for: an error in the place of each row, which says why.
      const renamed = (name: string): string => (name === "response" ? "note" : "response");
      const asked = await read(
        make(
          {
            ...(changes.page && { page: (header, name) => changes.page?.(header, renamed(name)) ?? header }),
            ...(changes.chunk && {
              chunk: (fields, name) => changes.chunk?.(fields, renamed(name)) ?? fields,
            }),
          },
          COLUMNS.map((column) => (column.name === "response" && levels ? { ...column, levels } : column)),
        ),
      );
      expect(asked.map(readRecord)).toMatchObject(
        [0, 1, 2].map((id) => ({
          id,
          error: { code: "DATASET_INVALID", message: expect.stringMatching(problem) as string },
        })),
      );
    },
  );

  it("says that nothing of a row group can be read, once", async () => {
    const rows = await read(make({ page: (header) => ({ ...header, 2: i32(1) }) }));
    expect(rows).toMatchObject([
      { line: 0, error: { message: expect.stringMatching(/Rows 0 to 2 cannot be decoded/) as string } },
    ]);
  });

  it("stops at an interruption", async () => {
    const path = join(await temporaryFolder(), "table.parquet");
    await writeFile(path, make());
    const reason = new Error("stopped");
    const { rows } = {
      rows: (await openDataset(path, { signal: AbortSignal.abort(reason) })).rows(),
    };
    await expect(rows[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });
});

describe("an id", () => {
  it("that is NaN is missing, as null is", () => {
    expect(readRecord({ line: 4, value: { id: Number.NaN, prompt: "q", response: "r" } })).toMatchObject({
      id: 4,
      record: { id: 4 },
    });
    const pair = { id: Number.NaN, prompt: "q", chosen: "a", rejected: "b", subset: "s" };
    expect(readRecord({ line: 4, value: pair })).toMatchObject({ id: 4, record: { id: 4 } });
  });
});
