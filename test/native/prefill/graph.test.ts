import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { findLlamaLibraries } from "../../../lib/score/native/llama-libraries.js";
import { canRun, compile, OPERATIONS, run } from "./compile.js";

const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-graph-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Checks of `graph.cc`. */
const CHECKS = 18;

it.runIf(canRun)(
  "casts of an f32 cache and what only products read are dropped, what is not ours is left to ggml, blocks that nobody sees are passed over",
  async () => {
    const program = await compile(
      folder,
      "graph",
      [],
      [...OPERATIONS, "cell_ages", "fusion", "graph", "stopwatch", "team"],
    );
    const { stdout } = await run(program, [findLlamaLibraries().ggmlBase]);
    expect(stdout === "unavailable\n" || stdout.trim().split("\n").length === CHECKS, stdout).toBe(true);
  },
  300_000,
);
