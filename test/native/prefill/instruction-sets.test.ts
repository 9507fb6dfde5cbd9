import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { canRun, compile, run } from "./compile.js";

const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-instructions-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lines of the program: four of this processor, four whole ones, thirteen in which a bit is missing. */
const LINES = 21;

it.runIf(canRun && process.arch === "x64")(
  "finds the instruction sets that the compiler's library finds, and none of which a bit or a state is missing",
  async () => {
    const program = await compile(folder, "instruction_sets", [], []);
    const { stdout } = await run(program, []);
    const lines = stdout.trim().split("\n");
    const own = lines.slice(0, 4).map((line) => line.split(" ")[0]);
    expect(own).toEqual(["amd", "avx2", "avx512", "avx512bf16"]);
    expect(lines).toHaveLength(LINES);
    for (const line of lines) expect(line).toMatch(/ (\d) \1$/);
  },
);
