import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cudaCodeOf, type CudaCode } from "../../lib/formats/cuda-code.js";
import { cudaLibrary } from "../support/cuda-library.js";
import { temporaryFolder } from "../support/fixtures.js";
import { peFile } from "../support/pe-file.js";

async function codeOf(bytes: Buffer): Promise<CudaCode> {
  const file = join(await temporaryFolder(), "libggml-cuda.so");
  await writeFile(file, bytes);
  return cudaCodeOf(file);
}

it("is that of all fat binaries of a library, by kind and in order", async () => {
  const library = cudaLibrary([
    [
      [1, 75],
      [2, 120],
      [1, 90],
    ],
    [[2, 86]],
    [
      [2, 86],
      [1, 75],
    ],
  ]);
  expect(await codeOf(library)).toEqual({ machine: [86, 120], ptx: [75, 90] });
});

it("is found in a library for Windows", async () => {
  // The same bytes in a section of PE's.
  const elf = cudaLibrary([[[2, 89]]]);
  const library = peFile([]);
  library.write(".nv_fatb", 0x80 + 24 + 240, "latin1");
  elf.copy(library, 0x400, 0x100, 0x100 + 16 + 104);
  expect(await codeOf(library)).toEqual({ machine: [89], ptx: [] });
});

it("is none in a library without", async () => {
  expect(await codeOf(cudaLibrary([]))).toEqual({ machine: [], ptx: [] });
  expect(await codeOf(peFile(["a.dll"]))).toEqual({ machine: [], ptx: [] });
});

it("is refused of other files, and of damaged ones", async () => {
  await expect(codeOf(Buffer.alloc(1000, "text"))).rejects.toThrow(/neither an ELF nor a PE/);
  await expect(codeOf(cudaLibrary([[[2, 86]]]).subarray(0, 300))).rejects.toThrow(/ends too early/);
});
