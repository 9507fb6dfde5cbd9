import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { quantizeFile } from "../../lib/convert/quantize-file.js";

const disk = vi.hoisted(() => ({ blocks: 1000, bavail: 0, bsize: 4096 }));

vi.mock("node:fs/promises", async (original) => ({
  ...(await original<object>()),
  statfs: () => Promise.resolve(disk),
}));

vi.mock("../../lib/score/native/binding.js", () => ({
  loadAddon: () => ({
    quantize: () =>
      Promise.reject(
        Object.assign(new Error("llama.cpp cannot quantize: basic_ios::clear: iostream error"), {
          code: "CONVERSION_FAILED",
        }),
      ),
  }),
}));

it.each([
  ["a full disk", 1000, 0, "FILE_FAILED", /disk is full/],
  ["a disk with room", 1000, 1000, "CONVERSION_FAILED", /iostream/],
  ["a disk of unknown size", 0, 0, "CONVERSION_FAILED", /iostream/],
])("a quantizer that fails on %s", async (_, blocks, bavail, code, mentions) => {
  Object.assign(disk, { blocks, bavail });
  const job = { input: "a.gguf", output: path.join(tmpdir(), "b.gguf"), type: "q8_0" } as const;
  const error: unknown = await quantizeFile(job).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).toMatch(mentions);
});
