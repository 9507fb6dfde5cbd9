import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compiledAtFirstUse, firstUseAdvice } from "../../../lib/score/native/first-use.js";
import { cudaLibrary, type FatEntry } from "../../support/cuda-library.js";
import { temporaryFolder } from "../../support/fixtures.js";

/** What node-llama-cpp 3.22.1's library for x64 Linux holds. */
const PACKAGED: readonly FatEntry[] = [
  [1, 75],
  [1, 80],
  [2, 86],
  [2, 89],
  [1, 90],
  [2, 120],
  [2, 121],
];

/** As ggml-cuda logs them (llama.cpp 0.5.0, with an H100). */
const log = (...chips: string[]): string[] => [
  `ggml_cuda_init: found ${chips.length} CUDA devices (Total VRAM: 81079 MiB):`,
  ...chips.map(
    (chip, index) => `  Device ${index}: NVIDIA X, compute capability ${chip}, VMM: yes, VRAM: 81079 MiB`,
  ),
];

async function library(entries: readonly FatEntry[]): Promise<string> {
  const file = join(await temporaryFolder(), "libggml-cuda.so");
  await writeFile(file, cudaLibrary([entries]));
  return file;
}

it.each([
  ["8.6", false],
  ["8.9", false],
  // Code for 8.6 runs on 8.7, none for 8.0.
  ["8.7", false],
  ["8.0", true],
  ["9.0", true],
  ["12.1", false],
  ["7.5", true],
])("a GPU of %s: %s", async (chip, isCompiled) => {
  const found = compiledAtFirstUse([{ file: await library(PACKAGED), log: log("8.6", chip) }]);
  const expected = {
    device: "CUDA1",
    capability: chip,
    machineCode: ["8.6", "8.9", "12.0", "12.1"],
    hasPtx: true,
  };
  expect(found).toEqual(isCompiled ? [expected] : []);
});

it("says what to do", async () => {
  const [found] = compiledAtFirstUse([{ file: await library(PACKAGED), log: log("9.0") }]);
  if (found === undefined) throw new Error("nothing was found");
  expect(firstUseAdvice(found)).toMatch(
    /CUDA0 has compute capability 9\.0; .* for 8\.6, 8\.9, 12\.0, 12\.1: .*minutes.*CMAKE_CUDA_ARCHITECTURES=90 /,
  );
  const [tooOld] = compiledAtFirstUse([{ file: await library(PACKAGED), log: log("7.0") }]);
  if (tooOld === undefined) throw new Error("nothing was found");
  expect(firstUseAdvice(tooOld)).toMatch(/nothing that the driver could compile/);
});

it("claims nothing of other backends, and of libraries that cannot be read", async () => {
  const vulkan = { file: await library(PACKAGED), log: ["ggml_vulkan: 0 = NVIDIA X"] };
  const unreadable = { file: "/nowhere/libggml-cuda.so", log: log("9.0") };
  expect(compiledAtFirstUse([vulkan, unreadable])).toEqual([]);
});
