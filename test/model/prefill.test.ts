import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quantizeModelFolder } from "../../lib/convert/index.js";
import { listDevices } from "../../lib/score/native/devices.js";
import { RewardModel, type LoadOptions, type Message, type Score } from "../../lib/index.js";
import { batchNoise } from "../support/batch-noise.js";
import { convertFixture, readExpected, type ExpectedCase, type ModelFolder } from "../support/fixtures.js";

/**
 * Largest difference of a reward from the double-precision reference (`expected.json`; rewards have a standard deviation of 2):
 * float32's rounding, over weights that f16 holds exactly. Gemma 2's states are larger.
 */
const BOUNDS = {
  "skywork-qwen2-tiny": 1e-4,
  "grm-llama3.2-tiny": 1e-4,
  "urm-llama3.1-tiny": 1e-4,
  "grm-gemma-tiny": 3e-4,
  "grm-gemma2-tiny": 5e-4,
} as const;

const LOAD: LoadOptions = { device: "cpu", threads: 1 };

async function rewards(model: RewardModel, conversations: readonly Message[][]): Promise<number[]> {
  const all: number[] = [];
  for await (const { reward } of model.scoreMany(conversations)) all.push(reward);
  return all;
}

const isScored = ({ expected_error }: ExpectedCase): boolean => expected_error === undefined;

describe.skipIf(listDevices().prefill === "")("float32 on the CPU, whatever the type", () => {
  describe.each(Object.entries(BOUNDS))("%s in f16", (name, bound) => {
    let folder: ModelFolder;
    let cases: ExpectedCase[];

    beforeAll(async () => {
      folder = await convertFixture(name, { type: "f16" });
      cases = (await readExpected(name)).cases.filter(isScored);
    });
    afterAll(() => folder.remove());

    it("gives the reference's rewards with all defaults, and says how", async () => {
      await using model = await RewardModel.load(folder.directory, LOAD);
      expect(model.placement).toMatchObject({ device: "CPU", kvType: "f32", isPrefilled: true });
      expect(model.description.settings).toMatchObject({ kvType: "f32", prefill: "on", precision: "exact" });
      const found = await rewards(
        model,
        cases.map(({ messages }) => messages),
      );
      const worst = Math.max(
        ...found.map((reward, index) => Math.abs(reward - (cases[index]?.score ?? NaN))),
      );
      expect(worst).toBeLessThan(bound);
    });

    it("multiplies bfloat16 numbers when told to, where the processor does, and says so", async () => {
      await using model = await RewardModel.load(folder.directory, { ...LOAD, precision: "fast" });
      const isFast = listDevices().fastPrefill !== "";
      expect(model.placement.precision).toBe(isFast ? "fast" : "exact");
      expect(model.description.settings).toMatchObject({
        prefill: "on",
        precision: isFast ? "fast" : "exact",
      });
      const found = await rewards(
        model,
        cases.map(({ messages }) => messages),
      );
      const differences = found.map((reward, index) => Math.abs(reward - (cases[index]?.score ?? NaN)));
      // Rounding each factor to 8 bits: far more than float32's, far less than the rewards' standard deviation of 2.
      expect(Math.max(...differences) > bound).toBe(isFast);
      expect(Math.max(...differences)).toBeLessThan(isFast ? 0.3 : bound);
    });

    // Whether a team helps or ggml's threads compute is decided anew for each. One call's batches are always the same; a stream's
    // depend on what has been read when a batch begins.
    it("gives the same rewards to the bit, whoever computes", async () => {
      const all: number[][] = [];
      for (const threads of [3, 4]) {
        await using model = await RewardModel.load(folder.directory, { ...LOAD, threads });
        const alone: Score[] = [];
        for (const { messages } of cases) alone.push(await model.score(messages, { emit: ["prompt"] }));
        const texts = alone.map(({ prompt = "" }) => prompt);
        const together = await model.scoreTexts(texts, { addSpecialTokens: false });
        all.push([...alone, ...together.flatMap(({ score }) => score ?? [])].map(({ reward }) => reward));
      }
      expect(all[1]).toEqual(all[0]);
      expect(all[0]).toHaveLength(2 * cases.length);
    });

    it("leaves all to llama.cpp when told to", async () => {
      await using model = await RewardModel.load(folder.directory, { ...LOAD, prefill: "off" });
      expect(model.placement).toMatchObject({ kvType: "f32", isPrefilled: false });
      expect(model.description.settings).toMatchObject({ kvType: "f32", prefill: "off", precision: "exact" });
    });

    it("refuses a precision that there is not", async () => {
      const options = { ...LOAD, precision: "half" as "fast" };
      await expect(RewardModel.load(folder.directory, options)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining("precision") as unknown,
      });
    });

    it("calls llama.cpp's kernels exact, whatever is asked of ours", async () => {
      const options = { ...LOAD, prefill: "off", precision: "fast" } as const;
      await using model = await RewardModel.load(folder.directory, options);
      expect(model.placement).toMatchObject({ isPrefilled: false, precision: "exact" });
    });
  });

  // llama.cpp rounds activations to 8 bits by blocks, so that a reward of these types depends on what is computed beside it.
  describe.each(["q8_0", "q4_k_m"] as const)("a quantized backbone, %s", (type) => {
    it("gives a conversation the same reward alone, in a run and in another order", async () => {
      const folder = await convertFixture("skywork-qwen2-tiny", { type: "f16" });
      try {
        await quantizeModelFolder(folder.directory, [type]);
        const cases = (await readExpected("skywork-qwen2-tiny")).cases.filter(isScored);
        const conversations = cases.map(({ messages }) => messages);
        await using model = await RewardModel.load(folder.directory, { ...LOAD, type });
        const together = await rewards(model, conversations);
        const reversed = (await rewards(model, [...conversations].reverse())).reverse();
        for (const [index, messages] of conversations.entries()) {
          await using fresh = await RewardModel.load(folder.directory, { ...LOAD, type });
          const { reward } = await fresh.score(messages);
          expect(Math.abs(reward - (together[index] ?? NaN)), cases[index]?.id).toBeLessThanOrEqual(
            batchNoise(),
          );
          expect(Math.abs(reward - (reversed[index] ?? NaN)), cases[index]?.id).toBeLessThanOrEqual(
            batchNoise(),
          );
        }
      } finally {
        await folder.remove();
      }
    });
  });
});
