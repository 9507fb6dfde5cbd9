import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset, type DatasetRow } from "../../../lib/data/dataset/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward-dataset-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function rowsOf(path: string, split?: string): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of (await openDataset(path, { split })).rows()) rows.push(row);
  return rows;
}

const RECORDS = [
  { id: "a", prompt: "Hä?", chosen: "x\ny", rejected: "" },
  { id: "b", prompt: "Σ", chosen: "🌍", rejected: "z" },
];
const LINES = RECORDS.map((record) => JSON.stringify(record)).join("\n");

function parquet(
  columns: Record<string, unknown[]> = {
    id: ["a", "b"],
    prompt: ["Hä?", "Σ"],
    chosen: ["x\ny", "🌍"],
    rejected: ["", "z"],
  },
): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

describe("openDataset", () => {
  it.each([
    ["lines.jsonl", LINES],
    ["lines-crlf.jsonl", `${LINES.replaceAll("\n", "\r\n")}\r\n`],
    ["lines.jsonl.gz", gzipSync(LINES)],
    ["lines-named.json", LINES],
    ["pretty.json", `\uFEFF\n${JSON.stringify(RECORDS, null, 4)}`],
    ["array.json", JSON.stringify(RECORDS, null, 2)],
    ["array.json.gz", gzipSync(JSON.stringify(RECORDS))],
    ["table.parquet", parquet()],
    ["table.parquet.gz", gzipSync(parquet())],
    ["no-ending", parquet()],
  ])("reads the same records from %s", async (name, content) => {
    const rows = await rowsOf(await file(name, content));
    expect(rows).toEqual(RECORDS.map((value, line) => ({ line, value })));
  });

  it("reads a lone object that spans lines", async () => {
    const rows = await rowsOf(await file("object.json", JSON.stringify({ a: [1, 2] }, null, 2)));
    expect(rows).toEqual([{ line: 0, value: { a: [1, 2] } }]);
  });

  it.each(["nan.jsonl", "nan.json"])("takes a NaN that Python wrote into %s", async (name) => {
    const record = '{"id":"a","score":NaN,"text":"NaN"}';
    const path = await file(name, name === "nan.json" ? `[${record}]` : `${record}\n${record}`);
    expect((await rowsOf(path))[0]).toEqual({ line: 0, value: { id: "a", score: Number.NaN, text: "NaN" } });
    // JSON Lines under a name that promises an array.
    const lines = await file("nan-lines.json", `${record}\n${record}`);
    expect(await rowsOf(lines)).toHaveLength(2);
  });

  it("counts blank lines, so that a line number is one of the file", async () => {
    const rows = await rowsOf(await file("blank.jsonl", '\n{"a":1}\n\n  \n{"a":2}\n'));
    expect(rows).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 4, value: { a: 2 } },
    ]);
  });

  it("reads lines longer than any buffer", async () => {
    const long = "x".repeat(10 * 2 ** 20);
    const rows = await rowsOf(await file("long.jsonl", `${JSON.stringify({ long })}\n{"after":1}`));
    expect((rows[0]?.value as { long: string }).long).toHaveLength(long.length);
    expect(rows[1]).toEqual({ line: 1, value: { after: 1 } });
  });

  it("names the lines that are not JSON or not UTF-8 and reads the others", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":1}\n{"a":\n"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"\n{"a":4}\n'),
    ]);
    const rows = await rowsOf(await file("bad.jsonl", bytes));
    expect(rows.map(({ line }) => line)).toEqual([0, 1, 2, 3]);
    expect(rows.map(({ error }) => error?.code)).toEqual([
      undefined,
      "DATASET_INVALID",
      "DATASET_INVALID",
      undefined,
    ]);
    expect(rows[1]?.error?.message).toMatch(/bad\.jsonl: Line 2 is not JSON/);
    expect(rows[2]?.error?.message).toMatch(/Line 3 is not valid UTF-8/);
  });

  it("keeps text that is not UTF-8 in Parquet from passing as text", async () => {
    const bytes = parquet({ id: ["a"], prompt: ["#bad#"], chosen: ["c"], rejected: ["r"] });
    const at = Buffer.from(bytes).indexOf("#bad#");
    bytes.set([0xff], at);
    const [row] = await rowsOf(await file("utf8.parquet", bytes));
    expect((row?.value as { prompt: unknown }).prompt).not.toBeTypeOf("string");
  });

  it("gives one typed error for a truncated Parquet file", async () => {
    const bytes = parquet();
    const rows = await rowsOf(await file("cut.parquet", bytes.subarray(0, bytes.length - 20)));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.error?.code).toBe("DATASET_INVALID");
    expect(rows[0]?.error?.message).toMatch(/cut\.parquet.*no complete Parquet file/);
  });

  it("gives one error for a truncated gzip file, after the lines it could read", async () => {
    const bytes = gzipSync(Array.from({ length: 5000 }, (_, n) => `{"n":${Math.sin(n)}}\n`).join(""));
    const rows = await rowsOf(await file("cut.jsonl.gz", bytes.subarray(0, bytes.length / 2)));
    expect(rows.at(-1)?.error?.code).toBe("FILE_FAILED");
    expect(rows.filter(({ error }) => error === undefined).length).toBeGreaterThan(0);
  });

  it("reads the same rows of a broken gzip file however slowly they are taken", async () => {
    const row = (n: number): string =>
      `{"id":"g${n}","prompt":"q ${n}","chosen":"good ${n}","rejected":"bad ${n}"}\n`;
    const bytes = gzipSync(Array.from({ length: 3000 }, (_, n) => row(n)).join(""));
    const middle = bytes.length / 2;
    const cut = bytes.subarray(0, middle);
    const corrupt = Buffer.concat([cut, Buffer.alloc(500), bytes.subarray(middle + 500)]);
    for (const [name, content] of Object.entries({ cut, corrupt })) {
      const path = await file(`slow-${name}.jsonl.gz`, content);
      const quick = await rowsOf(path);
      const slow: DatasetRow[] = [];
      for await (const each of (await openDataset(path)).rows()) {
        slow.push(each);
        if (slow.length % 5 === 0) await sleep(2);
      }
      expect(slow).toHaveLength(quick.length);
      expect(slow.at(-1)?.error).toBeDefined();
      expect(slow.at(-2)).toEqual(quick.at(-2));
    }
  });

  it("reads a folder in order of names, its lines counting on", async () => {
    const path = join(folder, "many");
    await mkdir(path);
    await writeFile(join(path, "b.jsonl"), '{"n":3}\n');
    await writeFile(join(path, "a.jsonl"), '{"n":1}\n{"n":2}\n');
    await writeFile(join(path, "README.md"), "not data");
    expect(await rowsOf(path)).toEqual([
      { line: 0, value: { n: 1 } },
      { line: 1, value: { n: 2 } },
      { line: 2, value: { n: 3 } },
    ]);
  });

  it("asks which split to read, and reads it", async () => {
    const path = join(folder, "splits");
    await mkdir(path);
    await writeFile(join(path, "raw-00000-of-00001.jsonl"), '{"n":1}\n');
    await writeFile(join(path, "filtered-00000-of-00002.jsonl"), '{"n":2}\n');
    await writeFile(join(path, "filtered-00001-of-00002.jsonl"), '{"n":3}\n');
    await expect(openDataset(path)).rejects.toThrow(/several splits.*filtered, raw/);
    await expect(openDataset(path, { split: "test" })).rejects.toThrow(/no split "test"/);
    expect((await rowsOf(path, "filtered")).map(({ value }) => value)).toEqual([{ n: 2 }, { n: 3 }]);
  });

  it("says when there is nothing to read", async () => {
    await expect(openDataset(join(folder, "missing"))).rejects.toMatchObject({ code: "DATASET_INVALID" });
    const empty = join(folder, "empty");
    await mkdir(empty);
    await expect(openDataset(empty)).rejects.toThrow(/No \.jsonl, \.json or \.parquet file/);
  });

  it.each([
    ["count.jsonl", `${LINES}\n`, 2],
    ["count-without-end.jsonl", LINES, 2],
    ["count.parquet", parquet(), 2],
    ["count.json", JSON.stringify(RECORDS), undefined],
    ["count.jsonl.gz", gzipSync(LINES), undefined],
    ["count-cut.parquet", parquet().subarray(0, 100), undefined],
  ])("tells how many rows %s has where that costs little", async (name, content, expected) => {
    expect(await (await openDataset(await file(name, content))).count()).toBe(expected);
  });

  it.each(["lfs.parquet", "lfs.jsonl", "lfs.json", "lfs.jsonl.gz"])(
    "says of a Git LFS pointer named %s what to do",
    async (name) => {
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize 9000\n`;
      expect(await rowsOf(await file(name, pointer))).toMatchObject([
        { error: { code: "DATASET_INVALID", message: expect.stringContaining("git lfs pull") as string } },
      ]);
    },
  );

  it("leaves the files as they were", async () => {
    const path = await file("same.jsonl", LINES);
    await rowsOf(path);
    expect(await readFile(path, "utf8")).toBe(LINES);
  });
});
