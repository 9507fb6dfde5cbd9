import { expect, it } from "vitest";
import { LARGEST_RECORD_BYTES } from "../../../lib/formats/json/parse-json.js";
import { isJsonLines } from "../../../lib/formats/json/text-form.js";

async function* pieces(text: string, size = 3): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

it.each([
  ['{"a":1}\n{"a":2}', true],
  ['\ufeff\n \n{"a":1}', true],
  ['{"a":1}', true],
  ["{\n}", false],
  ['{"a":\n1}', false],
  ["[{}]", false],
  ["\n [", false],
  ["x", false],
  ["", false],
])("tells lines from an array: %j", async (text, expected) => {
  expect(await isJsonLines(pieces(text))).toBe(expected);
});

it("reads a first line of a deep record as one", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  expect(await isJsonLines(pieces(`{"a":${deep}}\n{"a":2}`, 1 << 16))).toBe(true);
});

it("looks at each byte once, and no further than a record may be long", async () => {
  let read = 0;
  async function* endless(): AsyncIterable<Uint8Array> {
    for (yield Buffer.from('{"a":"'); ; read += 1 << 14) {
      await Promise.resolve();
      yield Buffer.alloc(1 << 14, "x");
    }
  }
  const start = performance.now();
  expect(await isJsonLines(endless())).toBe(true);
  expect(read).toBeLessThan(LARGEST_RECORD_BYTES + (1 << 20));
  // By the square of the length it took minutes.
  expect(performance.now() - start).toBeLessThan(10_000);
});
