import { rm } from "node:fs/promises";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLlamaLibraries } from "../../../lib/score/native/llama-libraries.js";
import { canRun, compile, run } from "./compile.js";

/** AMX's tiles in software, so that its kernels are compared on processors without. */
const EMULATED = `-DLLAMA_REWARD_TILES="${path.join(import.meta.dirname, "emulated_tiles.h")}"`;
/** Random cases of each operation; `PREFILL_CASES=10000` for a long run. */
const CASES = process.env["PREFILL_CASES"] ?? "300";

/** Whether the processor has AMX itself. */
function hasTiles(): boolean {
  return readFileSync("/proc/cpuinfo", "utf8").includes("amx_bf16");
}

const X86_BUILDS = [
  { name: "with AMX in software", options: [EMULATED], isPossible: true },
  { name: "with AMX itself", options: [], isPossible: process.platform === "linux" && hasTiles() },
];
const X86_KERNELS = [
  ["avx2", "exact"],
  ["avx512", "exact"],
  ["avx512bf16", "fast"],
  ["amx", "exact"],
  ["amx", "fast"],
];
const isArm = process.arch === "arm64";
const BUILDS = isArm ? [{ name: "for arm64", options: [], isPossible: true }] : X86_BUILDS;
const KERNELS = isArm ? [["neon", "exact"]] : X86_KERNELS;

describe.skipIf(!canRun).each(BUILDS.filter(({ isPossible }) => isPossible))(
  "operations of the prefill backend, $name",
  ({ options }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-operations-"));
    let program = "";
    beforeAll(async () => {
      program = await compile(folder, "operations", options);
    }, 300_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    // Reference: plain loops in double precision, in operations.cc, with the bounds and where they come from.
    it.for(KERNELS)(
      "equal double precision within rounding, by %s, %s",
      { timeout: 600_000 },
      async ([kernels = "", precision = ""], { skip }) => {
        const { stdout } = await run(program, [
          findLlamaLibraries().ggmlBase,
          kernels,
          precision,
          CASES,
          "1",
        ]);
        const lines = stdout.trim().split("\n");
        skip(lines[0] === "unavailable", "this processor does not have them");
        expect(lines).toHaveLength(5);
        for (const line of lines) expect(line).toContain(`${CASES} cases`);
      },
    );
  },
);
