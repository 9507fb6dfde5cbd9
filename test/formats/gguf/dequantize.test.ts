import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { dequantize } from "../../../lib/formats/gguf/dequantize.js";
import type { GgmlTypeName } from "../../../lib/formats/gguf/gguf-types.js";

/** Random blocks and their values by gguf-py: see reference-blocks.py. */
const file = path.join(import.meta.dirname, "reference-blocks.json");
const reference = JSON.parse(await readFile(file, "utf8")) as Record<
  string,
  { bytes: string; values: number[] }
>;

it.each(Object.entries(reference))("%s blocks have the values gguf-py gives", (type, { bytes, values }) => {
  const actual = dequantize(new Uint8Array(Buffer.from(bytes, "hex")), type as GgmlTypeName);
  expect(actual).toHaveLength(values.length);
  for (const [index, value] of values.entries()) {
    expect(actual[index], `value ${index}`).toBeCloseTo(value, 6);
  }
});
