import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { limitedEnv } from "../../../bench/engines/instructions.js";
import { REPOSITORY } from "../../../bench/repository.js";

const run = promisify(execFile);

/** What is loaded by a process that keeps to an instruction set. */
async function loadedWith(instructions: "native" | "avx2"): Promise<{ features: object; prefill: string }> {
  const script = `
    const { limitLlamaCpp } = await import("./build/bench/engines/instructions.js");
    await limitLlamaCpp("${instructions}");
    const { listDevices } = await import("./dist/index.js");
    const { features, prefill } = listDevices();
    console.log(JSON.stringify({ features, prefill }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: REPOSITORY,
    env: limitedEnv(instructions),
  });
  return JSON.parse(stdout) as { features: object; prefill: string };
}

describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("an instruction set", () => {
  it("limits the addon's kernels and llama.cpp's library", async () => {
    const { features, prefill } = await loadedWith("avx2");
    expect(features).toHaveProperty("AVX2", "1");
    expect(Object.keys(features).filter((name) => name.startsWith("AVX512"))).toEqual([]);
    expect(prefill).toBe("AVX2");
  });

  it("limits nothing when it is the processor's own", async () => {
    expect(limitedEnv("native")).toEqual(process.env);
    await expect(loadedWith("native")).resolves.toHaveProperty("features.AVX2", "1");
  });
});
