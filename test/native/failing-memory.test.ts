/** What happens when an allocation of the addon's own code fails: each in turn, by kernels of our own and by llama.cpp's. */
import { beforeAll, describe, expect, it } from "vitest";

import { loadBenchAddon } from "../../bench/bench-addon.js";
import { listDevices } from "../../lib/score/native/devices.js";
import type { NativeContext, NativeModel } from "../../lib/score/native/native-addon.js";
import { batchOf, loadBenchModel, makeContext, scratchFolder, sequenceEntries } from "./fixture.js";

const folder = scratchFolder();
const addon = loadBenchAddon();
const batch = batchOf(sequenceEntries(0, 100, { outputs: [0, 50, 99] }));
const noMemory = { code: "OUT_OF_MEMORY" };
const KERNELS = listDevices().prefill === "" ? ["llama.cpp's"] : ["llama.cpp's", "our own"];
/** Ends what was asked for last. @returns how many allocations have failed */
const stopFailing = (): number => addon.failAllocations(1, 0);
const MANY = [
  { name: "one that fails", count: 1 },
  { name: "all that fail from one on", count: 1_000_000 },
];

// How the linker replaces `operator new` is GNU's.
describe.runIf(process.platform === "linux").each(KERNELS)("kernels of %s", (kernels) => {
  const isOwn = kernels === "our own";
  let model: NativeModel;
  let expected: Float32Array;
  const open = (): Promise<NativeContext> => makeContext(model, { threads: 2 }, addon);
  beforeAll(async () => {
    model = await loadBenchModel(folder, {}, isOwn);
    expected = await (await open()).decode(batch);
  });

  /** A context's life with allocations that fail from the `first`th on. @returns whether one has */
  async function live(first: number, count: number): Promise<boolean> {
    addon.failAllocations(first, count);
    const context = await open().catch((error: unknown) => error as Error);
    if (context instanceof Error) {
      expect(stopFailing()).toBeGreaterThan(0);
      expect(context).toMatchObject(noMemory);
      return true;
    }
    const outcome = await context.decode(batch).catch((error: unknown) => error as Error);
    const failed = stopFailing();
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject(noMemory);
      context.clear(true);
      expect(await context.decode(batch)).toEqual(expected);
    } else expect(outcome).toEqual(expected);
    await context.dispose();
    return failed > 0;
  }

  it.each(MANY)(
    "$name in a context: OUT_OF_MEMORY or the same rows, and the context goes on",
    { timeout: 300_000 },
    async ({ count }) => {
      let first = 1;
      while (await live(first, count)) first++;
      // The graph of our own backend: its steps, tensors, masks and working memory.
      expect(first).toBeGreaterThan(isOwn ? 50 : 10);
    },
  );

  it.each(MANY)(
    "$name in a load: OUT_OF_MEMORY, and the next load works",
    { timeout: 300_000 },
    async ({ count }) => {
      let first = 1;
      for (let failed = 1; failed > 0; first++) {
        addon.failAllocations(first, count);
        const outcome = await loadBenchModel(folder, {}, isOwn).catch((error: unknown) => error as Error);
        failed = stopFailing();
        if (outcome instanceof Error) expect(outcome).toMatchObject(noMemory);
        else await outcome.dispose();
      }
      expect(first).toBeGreaterThan(20);
    },
  );
});
