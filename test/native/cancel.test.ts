/** Decodes that are cancelled, by kernels of our own and by llama.cpp's. */
import { beforeAll, describe, expect, it } from "vitest";

import { loadBenchAddon, type BenchContextOptions } from "../../bench/bench-addon.js";
import { listDevices } from "../../lib/score/native/devices.js";
import type { NativeContext, NativeModel } from "../../lib/score/native/native-addon.js";
import { batchOf, loadBenchModel, makeContext, scratchFolder, sequenceEntries } from "./fixture.js";
import { HIDDEN_SIZE } from "./tiny-gguf.js";

const folder = scratchFolder();
const LAYERS = 4;
const ROUNDS = 100;
/** More tokens than a batch of one sequence has outputs, and two sequences that share a part. */
const batch = batchOf([
  ...sequenceEntries(0, 100, { outputs: [] }).map((entry) => ({ ...entry, sequences: [0, 1] })),
  ...sequenceEntries(0, 60, { start: 100, salt: 1, outputs: [159] }),
  ...sequenceEntries(1, 60, { start: 100, salt: 2, outputs: [159] }),
]);
const cancelled = { code: "DECODE_CANCELLED" };
const KERNELS = listDevices().prefill === "" ? ["llama.cpp's"] : ["llama.cpp's", "our own"];

describe.each(KERNELS)("kernels of %s", (kernels) => {
  let model: NativeModel;
  beforeAll(async () => {
    model = await loadBenchModel(folder, { layerCount: LAYERS }, kernels === "our own");
  });
  const open = (options: Partial<BenchContextOptions> = {}): Promise<NativeContext> =>
    makeContext(model, options, loadBenchAddon());

  it.each([1, 2])(
    "a decode stops when it is told to, and the context goes on (%i threads)",
    async (threads) => {
      const context = await open({ threads });
      const expected = await context.decode(batch);
      context.clear();
      let stopped = 0;
      // On a busy machine a small decode may end before it is told.
      for (let round = 0; round < ROUNDS && stopped < 5; round++) {
        const running = context.decode(batch).catch((error: unknown) => error);
        context.cancel();
        const outcome = await running;
        if (outcome instanceof Float32Array) expect(outcome).toEqual(expected);
        else expect(outcome).toMatchObject(cancelled);
        if (!(outcome instanceof Float32Array)) stopped++;
        for (const sequence of [0, 1]) context.removeSequence(sequence, 0, -1);
        expect(await context.decode(batch)).toEqual(expected);
        for (const sequence of [0, 1]) context.removeSequence(sequence, 0, -1);
      }
      expect(stopped).toBe(5);
    },
  );

  it("it stops after any node of the graph", async () => {
    const expected = await (await open()).decode(batch);
    expect(expected.length).toBe(2 * HIDDEN_SIZE);
    let nodes = 1;
    for (; ; nodes++) {
      const context = await open({ cancelAfterNodes: nodes });
      const outcome = await context.decode(batch).catch((error: unknown) => error);
      await context.dispose();
      if (outcome instanceof Float32Array) {
        expect(outcome).toEqual(expected);
        break;
      }
      expect(outcome).toMatchObject(cancelled);
    }
    // Seven products, attention, two norms, two rotations, two additions, an activation: each is a node of its own.
    expect(nodes).toBeGreaterThan(LAYERS * 14);
  });

  it("cancel before or after a decode stops none", async () => {
    const context = await open();
    context.cancel();
    const expected = await context.decode(batch);
    context.cancel();
    context.clear();
    expect(await context.decode(batch)).toEqual(expected);
    await context.dispose();
    expect(() => {
      context.cancel();
    }).toThrow(expect.objectContaining({ code: "DISPOSED" }));
  });
});
