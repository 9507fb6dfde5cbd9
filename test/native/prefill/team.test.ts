import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { canRun, compile, run } from "./compile.js";

const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-team-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

it.runIf(canRun)(
  "a team does each task of a step once, with help, and none after the step",
  async () => {
    const program = await compile(folder, "team", [], ["team"]);
    const { stdout } = await run(program, ["20000"]);
    expect(Number(stdout)).toBeGreaterThan(0);
  },
  300_000,
);
