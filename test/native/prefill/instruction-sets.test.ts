import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { canRun, compile, run } from "./compile.js";

const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-instructions-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

it.runIf(canRun && process.arch === "x64")(
  "finds the instruction sets that the compiler's library finds",
  async () => {
    const program = await compile(folder, "instruction_sets", [], []);
    const { stdout } = await run(program, []);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["amd", "avx2", "avx512", "avx512bf16"]);
    for (const line of lines) expect(line).toMatch(/ 0 0$| 1 1$/);
  },
);
