import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareBenchModel } from "../../bench/bench-model.js";
import { SHAPE_1B } from "../../bench/shape.js";
import { conversationsOf, randomPair, WORDS } from "../../bench/text.js";
import { fidelity } from "../../bench/suites/types.js";
import { loadTimedPipeline } from "../../bench/timed-pipeline.js";
import { randomTokens } from "../../bench/workload.js";
import { RewardModel } from "../../lib/index.js";

const SHAPE = { ...SHAPE_1B, name: "test", layerCount: 1, hiddenSize: 256, headCount: 4, kvHeadCount: 2 };
const SMALL = { ...SHAPE, feedForwardSize: 256, vocabSize: 2048, headHiddenSize: 32 };

let root: string;
let modelDir: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "llama-reward-bench-test-"));
  ({ directory: modelDir } = await prepareBenchModel(SMALL, "bf16", {
    directory: root,
    note: () => undefined,
  }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("random backbones", () => {
  it("have a tokenizer that knows every word of the benchmark's texts", async () => {
    const model = await RewardModel.load(modelDir, { threads: 1 });
    try {
      const content = WORDS.map((word) => ` ${word}`).join("");
      const { inputIds } = await model.score([{ role: "user", content }], { emit: ["ids"] });
      const { inputIds: empty } = await model.score([{ role: "user", content: "" }], { emit: ["ids"] });
      expect((inputIds?.length ?? 0) - (empty?.length ?? 0)).toBe(WORDS.length);
    } finally {
      await model.dispose();
    }
  });

  it("give the same rewards with a stopwatch around the native calls", async () => {
    const conversations = conversationsOf(randomPair(randomTokens(1, 2 ** 32), { prompt: 8, answer: 8 }));
    const model = await RewardModel.load(modelDir, { threads: 1 });
    const timed = await loadTimedPipeline(modelDir, { threads: 1, device: "cpu" });
    try {
      const expected: number[] = [];
      for await (const { reward } of model.scoreMany(conversations)) expected.push(reward);
      const prompts = (await timed.pipeline.prepare(conversations)).flatMap((p) => ("tokens" in p ? p : []));
      const scores = await timed.pipeline.finish(prompts, await timed.pipeline.compute(prompts));
      expect(scores.map(({ reward }) => reward)).toEqual(expected);
      const { tokenize, decode, head } = timed.busy.seconds;
      expect(Math.min(tokenize, decode, head)).toBeGreaterThan(0);
    } finally {
      await timed.dispose();
      await model.dispose();
    }
  });
});

describe("fidelity of a weight type", () => {
  const score = (reward: number, ...hidden: number[]): { reward: number; hidden: Float32Array } => ({
    reward,
    hidden: Float32Array.from(hidden),
  });

  it("is the relative distance of hidden states, and rewards in standard deviations", () => {
    // Rewards −2 and 2 have the standard deviation 2.
    const reference = [score(-2, 3, 4), score(2, 0, 10)];
    const result = fidelity([score(-2, 3, 4), score(3, 0, 9)], reference);
    expect(result["hiddenErrorLargest"]).toBeCloseTo(0.1, 6);
    expect(result["hiddenError"]).toBeCloseTo(0.05, 6);
    expect(result["rewardErrorLargest"]).toBe(0.5);
    expect(result["rewardError"]).toBe(0.25);
  });
});
