import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DatasetRow } from "../../../lib/data/dataset/index.js";
import { readJsonArray } from "../../../lib/formats/json/json-array.js";
import { LARGEST_RECORD_BYTES } from "../../../lib/formats/json/parse-json.js";

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<{ rows: DatasetRow[]; failure?: unknown }> {
  const rows: DatasetRow[] = [];
  try {
    for await (const row of readJsonArray(bytes)) rows.push(row);
  } catch (failure) {
    return { rows, failure };
  }
  return { rows };
}

const readText = (text: string, size = 5): ReturnType<typeof read> => read(pieces(Buffer.from(text), size));

describe("a JSON array", () => {
  it("has the elements that JSON.parse finds, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 2, "\t"),
        async (values, size, space) => {
          const text = JSON.stringify(values, null, space);
          const expected = (JSON.parse(text) as unknown[]).map((value, line) => ({ line, value }));
          expect(await readText(text, size)).toEqual({ rows: expected });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("may be one object, begin with a byte-order mark, and keeps U+FEFF in texts", async () => {
    expect(await readText('\ufeff {"a": "\ufeffb"}\n')).toEqual({
      rows: [{ line: 0, value: { a: "\ufeffb" } }],
    });
    expect(await readText('\ufeff["\ufeff"]')).toEqual({ rows: [{ line: 0, value: "\ufeff" }] });
    expect(await readText("[]")).toEqual({ rows: [] });
  });

  it.each([
    ["", 0, /empty/],
    ["[1, 2", 1, /ends before the array does/],
    ["[1, 2,]", 2, /missing between two commas/],
    ["[1,, 2]", 1, /missing between two commas/],
    ["[1 2]", 1, /comma is missing/],
    ["[1] 2", 1, /follows behind its end/],
    ['{"a":1}{"a":2}', 1, /follows behind its end/],
    ['"text"', 0, /neither \[ nor \{/],
    // What follows may be the inside of a text whose quotes are damaged.
    ['[1, {"a": nope}, {"b": 2}]', 1, /record 2 is not JSON/],
  ])("is read as far as it is whole: %s", async (text, count, problem) => {
    const { rows, failure } = await readText(text);
    expect(rows).toHaveLength(count);
    expect(failure).toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(problem) as string,
    });
  });

  it("passes over a record that is too long or too deep, and reads the others", async () => {
    async function* long(): AsyncIterable<Uint8Array> {
      yield Buffer.from('[{"a":"');
      const piece = Buffer.alloc(1 << 20, "x");
      for (let length = 0; length <= LARGEST_RECORD_BYTES; length += piece.length) {
        await Promise.resolve();
        yield piece;
      }
      yield Buffer.from(`"}, ${"[".repeat(20_000)}${"]".repeat(20_000)}, 3]`);
    }
    const { rows, failure } = await read(long());
    expect(failure).toBeUndefined();
    expect(rows).toMatchObject([
      { line: 0, error: { code: "DATASET_INVALID", message: expect.stringContaining("64 MiB") as string } },
      {
        line: 1,
        error: { code: "DATASET_INVALID", message: expect.stringContaining("512 levels") as string },
      },
      { line: 2, value: 3 },
    ]);
  });
});
