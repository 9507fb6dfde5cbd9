/** How the addon behaves when threads and processes end: each case in a child process, so that a crash is a result. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { afterAll, describe, expect, it } from "vitest";

import { loadAddonDetails } from "../../lib/score/native/binding.js";
import { writeTinyModel } from "../native/tiny-gguf.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-process-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const shallow = path.join(folder, "shallow.gguf");
writeTinyModel(shallow);
// Deep enough that 1,024 tokens take some tenths of a second.
const deep = path.join(folder, "deep.gguf");
writeTinyModel(deep, { layerCount: 12 });

const { file, libraries } = loadAddonDetails();

function start(script: string, model: string, prefill = false): ReturnType<typeof spawn> {
  return spawn(process.execPath, ["--expose-gc", path.join(import.meta.dirname, "children", script)], {
    env: {
      ...process.env,
      LLAMA_REWARD_TEST: JSON.stringify({ file, libraries, model, prefill }),
      // One heap for all threads: with several, glibc's resident memory wanders.
      MALLOC_ARENA_MAX: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

async function outcome(child: ReturnType<typeof spawn>): Promise<Outcome> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("The child has no pipes.");
  const [out, err, [code, signal]] = await Promise.all([
    text(stdout),
    text(stderr),
    once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout: out, stderr: err };
}

const clean = { code: 0, signal: null, stdout: "", stderr: "" };

/** Whose kernels compute: where there are none of our own, both are llama.cpp's. */
const KERNELS = [
  { kernels: "llama.cpp", prefill: false },
  { kernels: "our own", prefill: true },
];

describe.each(KERNELS)("threads, kernels of $kernels", ({ prefill }) => {
  it("two worker threads load and score at the same time", async () => {
    expect(await outcome(start("two-workers.mjs", shallow, prefill))).toEqual(clean);
  });

  it("only worker threads load it, one after the other", async () => {
    expect(await outcome(start("worker-only.mjs", shallow, prefill))).toEqual(clean);
  });

  it("a worker terminated in mid-decode does not take the process with it", async () => {
    expect(await outcome(start("terminate.mjs", deep, prefill))).toEqual(clean);
  });
});

describe.each(KERNELS)("the end of the process, kernels of $kernels", ({ prefill }) => {
  it.each([
    ["process.exit() in mid-load", "exit-in-load.mjs"],
    ["process.exit() in mid-decode", "exit-in-decode.mjs"],
  ])("%s ends cleanly", async (_, script) => {
    expect(await outcome(start(script, deep, prefill))).toEqual({ ...clean, code: 7 });
  });

  it.skipIf(process.platform === "win32")("SIGINT in mid-decode ends it at once", async () => {
    const child = start("decode-forever.mjs", deep, prefill);
    if (child.stdout === null) throw new Error("The child has no pipes.");
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
  });
});

describe.each(KERNELS)("memory, kernels of $kernels", ({ prefill }) => {
  const MEGABYTE = 2 ** 20;

  it.each([
    ["loading, scoring and disposing a thousand times", "thousand-times.mjs"],
    ["leaving models and contexts to garbage collection", "abandoned.mjs"],
  ])(
    "%s stays flat",
    async (_, script) => {
      const { stdout, ...rest } = await outcome(start(script, shallow, prefill));
      expect(rest).toEqual({ code: 0, signal: null, stderr: "" });
      const { early, late } = JSON.parse(stdout) as { early: number; late: number };
      // A round takes more than 0.9 MB (cache and weights), so 400 leaked rounds would be 360 MB.
      expect(late - early).toBeLessThan(40 * MEGABYTE);
    },
    180_000,
  );
});

// Only here is there a limit to set: address space, which mapping the file takes.
it.runIf(process.platform === "linux")(
  "memory that the system refuses is told apart from a bad file",
  async () => {
    const huge = path.join(folder, "huge.gguf");
    writeTinyModel(huge);
    truncateSync(huge, 2 ** 40);
    const child = start("load-limited.mjs", huge);
    expect(await outcome(child)).toEqual({ ...clean, stdout: "OUT_OF_MEMORY" });
  },
);
