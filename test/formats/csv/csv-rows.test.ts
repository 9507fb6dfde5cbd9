import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readCsvRows } from "../../../lib/formats/csv/csv-rows.js";
import type { DatasetRow } from "../../../lib/formats/rows.js";

/** Bytes in small pieces. */
function* piecesOf(text: string | Buffer, size = 3): Iterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsOf(text: string | Buffer): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of readCsvRows(Readable.from(piecesOf(text)))) rows.push(row);
  return rows;
}

async function valuesOf(text: string | Buffer): Promise<unknown[]> {
  return (await rowsOf(text)).map(({ value }) => value);
}

describe("readCsvRows", () => {
  it("keeps every text as it is: quotes, line breaks, delimiters, blanks, other scripts", async () => {
    const text = 'id,prompt,response\r\n1," a ""b"",\r\nc ",海 é 👍\r\n';
    expect(await rowsOf(text)).toEqual([
      { line: 0, value: { id: "1", prompt: ' a "b",\r\nc ', response: "海 é 👍" } },
    ]);
  });

  it("tells nothing from an empty text", async () => {
    expect(await valuesOf('a,b,c\n,"",x\n')).toEqual([{ b: "", c: "x" }]);
  });

  it.each([";", "\t"])("sees that %j stands between fields", async (delimiter) => {
    expect(await valuesOf(`a${delimiter}b\n1,5${delimiter}2\n`)).toEqual([{ a: "1,5", b: "2" }]);
  });

  it("leaves the byte order mark out of the first name, and only there", async () => {
    expect(await valuesOf("\ufeffa,b\n\ufeffx,y\n")).toEqual([{ a: "\ufeffx", b: "y" }]);
  });

  it("gives a row of another length as an error in its place", async () => {
    const rows = await rowsOf("a,b\n1,2\n1,2,3\n4,5\n");
    expect(rows.map(({ line, value, error }) => [line, value, error?.message])).toEqual([
      [0, { a: "1", b: "2" }, undefined],
      [1, undefined, expect.stringMatching(/^Line 2 has 3 fields, the head has 2\./)],
      [2, { a: "4", b: "5" }, undefined],
    ]);
  });

  it.each([
    ["two columns of one name", "a,a\n1,2\n", /Two columns are called a/],
    ["a column without a name", "a,\n1,2\n", /does not name every column/],
    ["text that is not UTF-8", Buffer.from([0x61, 0x0a, 0xe4, 0x0a]), /not UTF-8.*CSV UTF-8/],
    ["a stray quote", 'a,b\n"1"x,2\n3,4\n', /this is no CSV/],
    ["a quote within a text", 'a,b\n1"x,2\n3,4\n', /this is no CSV/],
    ["a quote that is never closed", 'a,b\n"1,2\n3,4\n', /this is no CSV/],
  ])("refuses %s", async (_what, text, says) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(says) as string,
    });
  });

  it.each([1, 100, 65_536])(
    "gives every row in front of a stray quote, in pieces of %i bytes",
    async (size) => {
      const text = `a,b\n${"1,2\n".repeat(100)}"1"x,2\n3,4\n`;
      const lines: number[] = [];
      const read = async (): Promise<void> => {
        for await (const { line } of readCsvRows(Readable.from(piecesOf(text, size)))) lines.push(line);
      };
      await expect(read()).rejects.toMatchObject({
        code: "DATASET_INVALID",
        message: expect.stringMatching(/^Behind line 100, this is no CSV/) as string,
      });
      expect(lines).toEqual(Array.from({ length: 100 }, (_, line) => line));
    },
  );
});
