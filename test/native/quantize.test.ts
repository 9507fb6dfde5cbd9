import { existsSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, it } from "vitest";

import { loadAddon } from "../../lib/score/native/binding.js";
import {
  batchOf,
  CPU_OPTIONS,
  largestDifference,
  makeContext,
  scratchFolder,
  sequenceEntries,
} from "./fixture.js";
import { writeTinyModel } from "./tiny-gguf.js";

const folder = scratchFolder();
const input = path.join(folder, "f32.gguf");
writeTinyModel(input);

async function hiddenState(file: string): Promise<Float32Array> {
  const model = await loadAddon().loadModel({ path: file, ...CPU_OPTIONS }).result;
  return (await makeContext(model)).decode(batchOf(sequenceEntries(0, 30)));
}

it.each([
  // Bits per weight by the block layouts of ggml (q8_0: 34 bytes per 32). The tiny model's rows are too short for the
  // 256-wide k-blocks, for which llama.cpp takes the nearest 32-wide type; so the bounds are loose.
  ["q8_0", 0.3],
  ["q6_k", 0.3],
  ["q5_k_m", 0.3],
  ["q4_k_m", 0.3],
] as const)("%s is smaller and close", async (type, largestShare) => {
  const output = path.join(folder, `${type}.gguf`);
  await loadAddon().quantize({ input, output, type, threads: 1 });
  expect(statSync(output).size).toBeLessThan(statSync(input).size * largestShare);
  const difference = largestDifference(await hiddenState(input), await hiddenState(output));
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(type === "q8_0" ? 0.1 : 1.5);
});

it("a missing or broken input, an unwritable output, an unknown type", async () => {
  const output = path.join(folder, "never.gguf");
  const quantize = (options: object): Promise<void> =>
    loadAddon().quantize({ input, output, type: "q8_0", threads: 1, ...options });
  await expect(quantize({ input: path.join(folder, "missing.gguf") })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
  });
  const broken = path.join(folder, "broken.gguf");
  writeFileSync(broken, "GGUF, but not really");
  await expect(quantize({ input: broken })).rejects.toMatchObject({
    code: "CONVERSION_FAILED",
    details: { log: expect.any(Array) as string[] },
  });
  expect(existsSync(output)).toBe(false);
  await expect(quantize({ output: path.join(folder, "nowhere", "x.gguf") })).rejects.toMatchObject({
    code: "CONVERSION_FAILED",
  });
  await expect(quantize({ type: "q2_k" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

it.skipIf(!existsSync("/dev/full"))("a full disk is noticed", async () => {
  await expect(
    loadAddon().quantize({ input, output: "/dev/full", type: "q8_0", threads: 1 }),
  ).rejects.toMatchObject({ code: "CONVERSION_FAILED" });
});
