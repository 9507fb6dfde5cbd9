import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { peakMemoryBytes } from "../../bench/memory.js";
import { memoryLine } from "../../bench/suites/peers.js";
import { SHAPE_1B } from "../../bench/shape.js";

const SIZE = 200e6;
const MEMORY_MODULE = new URL("../../build/bench/memory.js", import.meta.url).href;

describe("peak memory", () => {
  it("is the largest resident size, not the present one", () => {
    const before = process.memoryUsage.rss();
    Buffer.alloc(SIZE, 1);
    expect(peakMemoryBytes()).toBeGreaterThan(before + 0.9 * SIZE);
  });

  it.runIf(existsSync("/proc/self/clear_refs"))("starts anew where the system can", () => {
    // In a process of its own, where garbage collection can be asked for.
    const script = `
      import { peakMemoryBytes, resetPeakMemory } from ${JSON.stringify(MEMORY_MODULE)};
      let large = Buffer.alloc(${SIZE}, 1);
      const before = peakMemoryBytes();
      large = undefined;
      globalThis.gc();
      resetPeakMemory();
      console.log(JSON.stringify([before, peakMemoryBytes()]));`;
    const output = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", script]);
    const [before, after] = JSON.parse(output.toString()) as [number, number];
    expect(after).toBeLessThan(before - 0.9 * SIZE);
  });

  it("is split into the file, the cache and the rest", () => {
    // 1B: 16 layers, 8 heads of 64 for keys and for values, 2 bytes, 8192 cells.
    const kvCache = 16 * 8 * 64 * 2 * 2 * 8192;
    expect(memoryLine(SHAPE_1B, "best-of-8", 5e9, 3e9)).toEqual({
      workload: "memory",
      metric: "bytes",
      shape: "1B",
      during: "best-of-8",
      peak: 5e9,
      backboneFile: 3e9,
      kvCache,
      other: 2e9 - kvCache,
    });
  });
});
