import { describe, expect, it } from "vitest";
import type { DatasetRow } from "../../../lib/data/dataset/index.js";
import { readJsonLines } from "../../../lib/formats/json/json-lines.js";

async function read(bytes: AsyncIterable<Uint8Array>): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of readJsonLines(bytes)) rows.push(row);
  return rows;
}

describe("JSON Lines", () => {
  it("gives an error in place of a line that is too long, without holding it", async () => {
    async function* lines(): AsyncIterable<Uint8Array> {
      yield Buffer.from('{"a":1}\n{"a":"');
      const piece = Buffer.alloc(1 << 20, "x");
      // Longer than any string of V8.
      for (let mebibytes = 0; mebibytes < 600; mebibytes++) {
        await Promise.resolve();
        yield piece;
      }
      yield Buffer.from('"}\n{"a":3}');
    }
    const before = process.memoryUsage().rss;
    expect(await read(lines())).toMatchObject([
      { line: 0, value: { a: 1 } },
      { line: 1, error: { code: "DATASET_INVALID", message: expect.stringContaining("64 MiB") as string } },
      { line: 2, value: { a: 3 } },
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
  });

  it.each([
    ["id", (deep: string) => `{"id":${deep}}`],
    ["objects", () => '{"a":'.repeat(20_000) + "1" + "}".repeat(20_000)],
    ["a message", (deep: string) => `{"messages":[{"role":"user","content":${deep}}]}`],
  ])("gives an error in place of a line with deep %s", async (_what, line) => {
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    async function* lines(): AsyncIterable<Uint8Array> {
      yield await Promise.resolve(Buffer.from(`{"a":1}\n${line(deep)}\n{"a":3}\n`));
    }
    expect(await read(lines())).toMatchObject([
      { value: { a: 1 } },
      {
        line: 1,
        error: { code: "DATASET_INVALID", message: expect.stringContaining("512 levels") as string },
      },
      { value: { a: 3 } },
    ]);
  });

  it("takes a byte-order mark in front of a line for none of its text, and keeps those inside texts", async () => {
    async function* lines(): AsyncIterable<Uint8Array> {
      yield await Promise.resolve(Buffer.from('\ufeff{"a":"\ufeffb"}\n\ufeff{"a":"\ufeff"}'));
    }
    expect(await read(lines())).toEqual([
      { line: 0, value: { a: "\ufeffb" } },
      { line: 1, value: { a: "\ufeff" } },
    ]);
  });
});
