/** A GPU, where there is one; see docs/contributing.md for one in software. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Backbone, type BackboneOptions } from "../../../lib/score/backbone/backbone.js";
import { loadBenchAddon, type BenchAddon, type BenchContextOptions } from "../../../bench/bench-addon.js";
import { loadAddon } from "../../../lib/score/native/binding.js";
import type { NativeModelOptions } from "../../../lib/score/native/native-addon.js";
import { RewardModel } from "../../../lib/model/reward-model.js";
import { convertFixture, readExpected, type ModelFolder } from "../../support/fixtures.js";

const gpus = loadAddon()
  .devices()
  .filter(({ kind }) => kind === "gpu" || kind === "integrated-gpu")
  .map(({ name }) => name);
const [gpu = "", second] = gpus;
/** GPU backends multiply in half precision in places: as far from the reference as f16 weights are on a CPU. */
const TOLERANCE = 0.05;
const LENGTH = 24;

describe.skipIf(gpus.length === 0)(
  `on a GPU${gpus.length === 0 ? " (there is none here)" : ""}`,
  // On a software device the first use of each kernel compiles it, which takes minutes on two busy cores.
  { timeout: 900_000 },
  () => {
    let folder: ModelFolder;
    let path: string;
    beforeAll(async () => {
      folder = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
      path = join(folder.directory, "backbone-f32.gguf");
    });
    afterAll(() => folder.remove());

    /** Hidden states of two positions of one sequence. */
    async function decode(
      placement: Pick<NativeModelOptions, "gpuLayers" | "devices" | "deviceLayers">,
      addon: Pick<BenchAddon, "loadModel" | "createContext"> = loadAddon(),
      context: Partial<BenchContextOptions> = {},
    ): Promise<Float32Array> {
      const model = await addon.loadModel({ path, useMmap: true, ...placement }).result;
      const native = await addon.createContext(model, {
        contextLength: 256,
        batchSize: 64,
        ubatchSize: 64,
        maxOutputs: 64,
        threads: 1,
        kvType: "f32",
        flashAttention: "auto",
        ...context,
      });
      const indices = Int32Array.from({ length: LENGTH }, (_, index) => index);
      const states = await native.decode({
        tokens: indices.map((index) => (index * 37) % 4000),
        positions: indices,
        sequenceOffsets: Int32Array.from({ length: LENGTH + 1 }, (_, index) => index),
        sequenceIds: new Int32Array(LENGTH),
        outputs: Int32Array.of(3, LENGTH - 1),
      });
      await native.dispose();
      await model.dispose();
      return states;
    }

    const difference = (a: Float32Array, b: Float32Array): number => {
      expect(a).toHaveLength(b.length);
      return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
    };

    it("hidden states are those of llama.cpp's own embeddings path, and of the CPU", async () => {
      const states = await decode({ gpuLayers: 3, devices: [gpu] });
      expect(
        difference(
          states,
          await decode({ gpuLayers: 3, devices: [gpu] }, loadBenchAddon(), { embeddings: true }),
        ),
      ).toBeLessThan(TOLERANCE / 10);
      expect(difference(states, await decode({ gpuLayers: 0, devices: [] }))).toBeLessThan(TOLERANCE);
    });

    it("hidden states are the same with layers on the CPU", async () => {
      const cpu = await decode({ gpuLayers: 0, devices: [] });
      for (const gpuLayers of [1, 2]) {
        expect(difference(await decode({ gpuLayers, devices: [gpu] }), cpu)).toBeLessThan(TOLERANCE);
      }
    });

    it.skipIf(second === undefined)("hidden states are the same on two GPUs", async () => {
      const one = await decode({ gpuLayers: 3, devices: [gpu] });
      const devices = [gpu, second ?? ""];
      for (const split of [
        [1, 2],
        [2, 1],
      ]) {
        const placement = { gpuLayers: 3, devices, deviceLayers: Int32Array.from(split) };
        expect(difference(await decode(placement), one)).toBeLessThan(TOLERANCE / 10);
      }
    });

    it("rewards are the reference's, in streams with shared prefixes, whatever is on the GPU", async () => {
      const cases = (await readExpected("grm-llama3.2-tiny")).cases.filter(
        ({ expected_error }) => expected_error === undefined,
      );
      const chosen = cases.slice(0, 16);
      for (const gpuLayers of ["auto", 1] as const) {
        const model = await RewardModel.load(folder.directory, { device: gpu, gpuLayers, kvType: "f32" });
        expect(model.placement).toMatchObject({
          device: gpu,
          gpuLayers: gpuLayers === "auto" ? 3 : 1,
          warnings: [],
        });
        let index = 0;
        for await (const { reward } of model.scoreMany(chosen.map(({ messages }) => messages))) {
          expect(Math.abs(reward - (chosen[index++]?.score ?? NaN))).toBeLessThan(TOLERANCE);
        }
        expect(index).toBe(chosen.length);
        await model.dispose();
      }
    });

    it("an abort leaves the model usable, and dispose waits for the running chunk", async () => {
      const options: BackboneOptions = { device: gpu, kvType: "f32", contextLength: 1024, maxBatch: 64 };
      const backbone = await Backbone.load(loadAddon(), path, options);
      const tokens = Int32Array.from({ length: 600 }, (_, index) => (index * 31) % 4000);
      const request = { tokens, positions: [tokens.length - 1] };
      const controller = new AbortController();
      const reason = new Error("enough");
      const onProgress = (): void => {
        controller.abort(reason);
      };
      await expect(backbone.hiddenStates([request], { signal: controller.signal, onProgress })).rejects.toBe(
        reason,
      );
      const [states] = await backbone.hiddenStates([request]);
      expect(states?.[0]?.every(Number.isFinite)).toBe(true);
      const running = backbone.hiddenStates([{ tokens: tokens.map((id) => id + 1), positions: [5] }]);
      const disposed = backbone.dispose();
      await expect(running).rejects.toMatchObject({ code: "DISPOSED" });
      await disposed;
    });
  },
);
