import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Backbone } from "../../lib/score/backbone/backbone.js";
import { NetworkHead } from "../../lib/score/head/network-head.js";
import { RewardModel, type LoadOptions, type Message, type Score } from "../../lib/index.js";
import { readRewardJson } from "../../lib/model/folder/read-reward-json.js";
import { writeRewardJson } from "../../lib/model/folder/write-reward-json.js";
import { batchNoise } from "../support/batch-noise.js";
import {
  checkpointNames,
  convertFixture,
  readExpected,
  type ExpectedCase,
  type ModelFolder,
} from "../support/fixtures.js";

/**
 * Largest difference from the double-precision reference. Llama and Qwen in float32: rounding only. Gemma: ggml's CPU code
 * takes GELU from a half-precision table, whatever the weights' type.
 */
function tolerance(name: string, type: "f32" | "f16"): number {
  if (name.includes("gemma")) return type === "f32" ? 0.03 : 0.05;
  return type === "f32" ? 5e-4 : 0.05;
}

const names = (await checkpointNames()).filter((name) => name !== "pairpref-tiny");

/** Their published usage does not let the tokenizer add anything: `add_special_tokens` of `expected.json`. */
const ONCE = ["armorm-tiny", "inform-tiny", "qrm-llama3-tiny", "qrm-llama3.1-tiny"];

/** With fewer tokens in all, ggml sums an f16 cache in half precision (`lib/score/backbone/fewest-tokens.ts`). */
const FEWEST_TOKENS = 64;

/** One thread: test files run side by side, and threads that wait for each other are slow on a busy machine. */
const LOAD: LoadOptions = { device: "cpu", threads: 1 };

describe.each(names)("%s", (name) => {
  describe.each(["f32", "f16"] as const)("in %s", (type) => {
    let folder: ModelFolder;
    let model: RewardModel;
    let cases: ExpectedCase[];

    beforeAll(async () => {
      folder = await convertFixture(name, { type });
      model = await RewardModel.load(folder.directory, { ...LOAD, kvType: type });
      ({ cases } = await readExpected(name));
    });
    afterAll(async () => {
      await model.dispose();
      await folder.remove();
    });

    it("gives the reference's tokens, rewards and errors", async () => {
      const within = tolerance(name, type);
      for (const expected of cases) {
        if (expected.expected_error !== undefined) {
          await expect(model.score(expected.messages), expected.id).rejects.toMatchObject({
            code: expect.stringMatching(/^TEMPLATE_REJECTED$|^CONVERSATION_UNSCORABLE$/) as unknown,
          });
          continue;
        }
        const score = await model.score(expected.messages, { emit: ["prompt", "ids"] });
        expect(score.prompt, expected.id).toBe(expected.rendered);
        expect(score.inputIds, expected.id).toEqual(expected.input_ids);
        expect(Math.abs(score.reward - expected.score), expected.id).toBeLessThan(within);
        const isShort = type === "f16" && expected.n_tokens < FEWEST_TOKENS;
        expectBreakdown(score, expected, isShort ? within * objectiveScale(cases) : within);
      }
    });

    // ggml sums an f16 cache in half precision when few tokens are computed over it (`lib/score/backbone/fewest-tokens.ts`).
    it.runIf(type === "f16")("gives a long conversation the same reward again", async () => {
      const longest = cases.reduce((a, b) => (b.n_tokens > a.n_tokens ? b : a));
      for (let time = 0; time < 2; time++) {
        const { reward } = await model.score(longest.messages);
        expect(Math.abs(reward - longest.score)).toBeLessThan(tolerance(name, type));
      }
    });

    // The second time everything but the scored tokens is in the cache.
    it.runIf(type === "f16")("gives the candidates of a prompt the same rewards again", async () => {
      for (const group of new Set(cases.map((each) => each.group))) {
        const candidates = cases.filter((each) => each.group === group && each.expected_error === undefined);
        for (let time = 0; time < 2; time++) {
          const rewards = await collect(
            model,
            candidates.map(({ messages }) => messages),
          );
          for (const [index, { id, score }] of candidates.entries())
            expect(Math.abs((rewards[index] ?? NaN) - score), id).toBeLessThan(tolerance(name, type));
        }
      }
    });

    it.runIf(type === "f32")("gives the same rewards in one batch, and in another order", async () => {
      const conversations = cases.flatMap((each) =>
        each.expected_error === undefined ? [each.messages] : [],
      );
      const inOrder = await collect(model, conversations);
      const reversed = (await collect(model, conversations.toReversed())).toReversed();
      const expected = cases.flatMap((each) => (each.expected_error === undefined ? [each.score] : []));
      for (const [index, score] of inOrder.entries()) {
        expect(Math.abs(score - (reversed[index] ?? NaN))).toBeLessThanOrEqual(batchNoise(name));
        expect(Math.abs(score - (expected[index] ?? NaN))).toBeLessThan(tolerance(name, type));
      }
    });

    it.runIf(type === "f32")("gives the same rewards for texts that are rendered already", async () => {
      const good = cases.filter((each) => each.expected_error === undefined);
      const addSpecialTokens = !ONCE.includes(name);
      const texts = good.map(({ rendered }) => rendered);
      const scores = await model.scoreTexts(texts, { addSpecialTokens });
      for (const [index, { score }] of scores.entries()) {
        const expected = good[index];
        expect(score?.tokenCount, expected?.id).toBe(expected?.n_tokens);
        expect(Math.abs((score?.reward ?? NaN) - (expected?.score ?? NaN)), expected?.id).toBeLessThan(
          tolerance(name, type),
        );
      }
    });

    it.runIf(type === "f32")("with one BOS gives the reference's reward for one", async () => {
      const single = cases.filter((each) => each.score_single_bos !== undefined);
      const once = await RewardModel.load(folder.directory, { ...LOAD, kvType: "f32", bos: "once" });
      try {
        for (const expected of single) {
          const { reward } = await once.score(expected.messages);
          expect(Math.abs(reward - (expected.score_single_bos ?? NaN)), expected.id).toBeLessThan(
            tolerance(name, type),
          );
        }
      } finally {
        await once.dispose();
      }
    });
  });
});

describe("RewardModel.load", () => {
  it("frees the head and the backbone when the template cannot be used", async () => {
    const folder = await convertFixture("grm-linear-tiny", { type: "f32" });
    try {
      const reward = await readRewardJson(folder.directory);
      reward.prompt.template = "{% if %}";
      await writeRewardJson(folder.directory, reward);
      const heads = vi.spyOn(NetworkHead.prototype, "dispose");
      const backbones = vi.spyOn(Backbone.prototype, "dispose");
      await expect(RewardModel.load(folder.directory, LOAD)).rejects.toMatchObject({
        code: "TEMPLATE_SYNTAX",
      });
      expect(heads).toHaveBeenCalledOnce();
      expect(backbones).toHaveBeenCalledOnce();
    } finally {
      vi.restoreAllMocks();
      await folder.remove();
    }
  });
});

describe("wrong arguments", () => {
  let folder: ModelFolder;
  let model: RewardModel;
  const conversation: Message[] = [{ role: "user", content: "Hello" }];

  beforeAll(async () => {
    folder = await convertFixture("grm-linear-tiny", { type: "f32" });
    model = await RewardModel.load(folder.directory, LOAD);
  });
  afterAll(async () => {
    await model.dispose();
    await folder.remove();
  });

  it.each([
    { options: { sginal: 1 }, message: "sginal" },
    { options: { emit: ["promt"] }, message: "emit.0" },
    { options: { emit: "prompt" }, message: "emit" },
    { options: { signal: "stop" }, message: "signal" },
    { options: { onProgress: 3 }, message: "onProgress: expected a function" },
    { options: null, message: "null" },
  ])("$options are no options of score, rank, compare and scoreMany", async ({ options, message }) => {
    const given = options as never;
    const error = { code: "INVALID_ARGUMENT", message: expect.stringContaining(message) as unknown };
    await expect(model.score(conversation, given)).rejects.toMatchObject(error);
    await expect(model.rank("Hello", ["Hi"], given)).rejects.toMatchObject(error);
    await expect(model.compare("Hello", "Hi", "No", given)).rejects.toMatchObject(error);
    await expect(model.scoreMany([conversation], given).next()).rejects.toMatchObject(error);
  });

  it.each([undefined, null, 7, "text"])("%s is no list of responses or conversations", async (given) => {
    const error = {
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/null|undefined|number|string/) as unknown,
    };
    await expect(model.rank("Hello", given as never)).rejects.toMatchObject(error);
    await expect(model.scoreMany(given as never).next()).rejects.toMatchObject(error);
  });

  it("a prompt that is no text and no messages is refused", async () => {
    const error = { code: "CONVERSATION_INVALID", message: expect.stringContaining("prompt") as unknown };
    await expect(model.rank(undefined as never, ["Hi"])).rejects.toMatchObject(error);
    await expect(model.compare(null as never, "Hi", "No")).rejects.toMatchObject(error);
  });
});

describe("a pair-preference model", () => {
  let folder: ModelFolder;
  let model: RewardModel;

  beforeAll(async () => {
    folder = await convertFixture("pairpref-tiny", { type: "f32" });
    model = await RewardModel.load(folder.directory, { ...LOAD, kvType: "f32" });
  });
  afterAll(async () => {
    await model.dispose();
    await folder.remove();
  });

  it("gives the reference's probabilities, the mean over both orders", async () => {
    const { cases } = await readExpected<{ cases: PairCase[] }>("pairpref-tiny");
    for (const { id, context, response_a, response_b, prob_a } of cases) {
      const { probability } = await model.compare(context, response_a, response_b);
      expect(Math.abs(probability - prob_a), id).toBeLessThan(5e-4);
    }
  });

  it("refuses to score one conversation, and says what to do", async () => {
    const conversation = [{ role: "user", content: "Hello" }];
    await expect(model.score(conversation)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("compare") as unknown,
    });
  });
});

interface PairCase {
  id: string;
  context: Message[];
  response_a: string;
  response_b: string;
  prob_a: number;
}

async function collect(model: RewardModel, conversations: readonly Message[][]): Promise<number[]> {
  const rewards: number[] = [];
  for await (const { reward } of model.scoreMany(conversations)) rewards.push(reward);
  return rewards;
}

/**
 * How much larger the reference's objectives are than rewards, whose standard deviation is 2 and which the bound for f16 is
 * for: what half-precision sums may cost. 1 where there are none (URM's attributes keep the bound itself).
 */
function objectiveScale(cases: readonly ExpectedCase[]): number {
  const values = cases.flatMap(({ objectives }) => objectives ?? []);
  if (values.length === 0) return 1;
  const meanSquare = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  return Math.max(1, Math.sqrt(meanSquare) / 2);
}

/** Attributes, deviations, gates and quantiles, where the reference has them. */
function expectBreakdown(score: Score, expected: ExpectedCase, within: number): void {
  const near = (actual: number | undefined, value: number): void => {
    expect(Math.abs((actual ?? NaN) - value), expected.id).toBeLessThan(within);
  };
  if (expected.std !== undefined) near(score.std, expected.std);
  for (const [name, value] of Object.entries(expected.attributes ?? {}))
    near(score.attributes?.[name]?.mean, value);
  for (const [name, value] of Object.entries(expected.sigmas ?? {}))
    near(score.attributes?.[name]?.std, value);
  for (const [name, value] of Object.entries(expected.gates ?? {}))
    near(score.attributes?.[name]?.gate, value);
  const objectives = Object.values(score.attributes ?? {});
  expected.objectives?.forEach((value, index) => {
    near(objectives[index]?.mean, value);
  });
  expected.gating?.forEach((value, index) => {
    near(objectives[index]?.gate, value);
  });
  expected.quantiles?.forEach((value, index) => {
    near(score.quantiles?.[index]?.[1], value);
  });
}
