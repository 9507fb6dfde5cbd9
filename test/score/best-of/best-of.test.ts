import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bestOf } from "../../../lib/score/best-of/index.js";
import { InvalidArgumentError } from "../../../lib/errors.js";
import { RewardModel } from "../../../lib/model/reward-model.js";

const MODELS = join(import.meta.dirname, "../..", "fixtures", "models");
const PROMPT = "What is 2 + 2?";
/** What sums in another order change of a reward. */
const NOISE = 1e-4;
const ANSWERS = ["4.", "It is four.", "5.", "No."];

describe("bestOf", () => {
  let grm: RewardModel;
  let urm: RewardModel;

  beforeAll(async () => {
    [grm, urm] = await Promise.all([
      RewardModel.load(join(MODELS, "tiny-grm")),
      RewardModel.load(join(MODELS, "tiny-urm")),
    ]);
  });
  afterAll(() => Promise.all([grm.dispose(), urm.dispose()]));

  it("gives the order and the rewards of rank", async () => {
    const ranked = await grm.rank(PROMPT, ANSWERS);
    const { best, candidates, isGoodEnough } = await bestOf({
      prompt: PROMPT,
      model: grm,
      n: 4,
      generate: ({ index }) => ANSWERS[index] ?? "",
    });
    expect(candidates.map(({ index }) => index)).toEqual(ranked.map(({ index }) => index));
    for (const [place, { score }] of candidates.entries())
      expect(Math.abs(score.reward - (ranked[place]?.reward ?? NaN))).toBeLessThan(NOISE);
    expect(best).toBe(candidates[0]);
    expect(isGoodEnough).toBe(true);
  });

  it("scores messages behind a conversation, and gives back what was made", async () => {
    const prompt = [
      { role: "system", content: "Be short." },
      { role: "user", content: PROMPT },
    ];
    const made = { message: { role: "assistant", content: "4." }, finish: "stop" };
    const { best } = await bestOf({ prompt, model: grm, n: 1, generate: () => made });
    expect(best.sample).toBe(made);
    const { reward } = await grm.score([...prompt, made.message]);
    expect(Math.abs(best.score.reward - reward)).toBeLessThan(NOISE);
  });

  it("has another seed for every sample", async () => {
    const seeds: number[] = [];
    await bestOf({
      prompt: PROMPT,
      model: grm,
      n: 3,
      seed: 5,
      generate: ({ seed }) => `${seeds.push(seed)}`,
    });
    expect(seeds).toEqual([5, 6, 7]);
  });

  it("samples again while none is good enough, and says so when it gives up", async () => {
    const [first] = await grm.rank(PROMPT, ANSWERS);
    const options = {
      prompt: PROMPT,
      model: grm,
      n: 1,
      generate: ({ index }: { index: number }) => ANSWERS[index] ?? "",
    };
    const minReward = (first?.reward ?? NaN) - NOISE;
    const found = await bestOf({ ...options, minReward });
    expect(found).toMatchObject({ isGoodEnough: true, best: { index: first?.index } });
    expect(found.candidates).toHaveLength((first?.index ?? NaN) + 1);
    const none = await bestOf({ ...options, minReward: minReward + 1, maxSamples: 3 });
    expect(none.isGoodEnough).toBe(false);
    expect(none.candidates).toHaveLength(3);
  });

  it("prefers an answer whose reward is trusted to a better one that is not", async () => {
    const scores = await urm.rank(PROMPT, ANSWERS);
    const surest = scores.reduce((a, b) => ((a.std ?? 0) <= (b.std ?? 0) ? a : b));
    const { best, isGoodEnough } = await bestOf({
      prompt: PROMPT,
      model: urm,
      n: 4,
      maxSamples: 4,
      maxStd: (surest.std ?? NaN) + NOISE,
      generate: ({ index }) => ANSWERS[index] ?? "",
    });
    expect(best.index).toBe(surest.index);
    expect(isGoodEnough).toBe(true);
    await expect(
      bestOf({ prompt: PROMPT, model: grm, n: 1, maxStd: 1, generate: () => "4." }),
    ).rejects.toThrow(InvalidArgumentError);
  });

  it("keeps the others when a sample fails, and throws its error when there are none", async () => {
    const generate = ({ index }: { index: number }): string => {
      if (index !== 2) throw new Error(`no sample ${index}`);
      return "4.";
    };
    const { best, failures } = await bestOf({ prompt: PROMPT, model: grm, n: 3, generate });
    expect(best.index).toBe(2);
    expect(failures.map(({ index }) => index)).toEqual([0, 1]);
    await expect(bestOf({ prompt: PROMPT, model: grm, n: 2, generate })).rejects.toThrow("no sample 0");
  });

  it("takes an answer that cannot be scored as a failed one", async () => {
    const long = "word ".repeat(grm.description.contextLength + 1);
    const generate = ({ index }: { index: number }): string => (index === 0 ? long : "4.");
    const { best, failures } = await bestOf({ prompt: PROMPT, model: grm, n: 2, generate });
    expect(best.index).toBe(1);
    expect(failures).toMatchObject([{ index: 0, error: { code: "CONVERSATION_TOO_LONG" } }]);
  });

  it("ends with its signal, whether the generator listens or not", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = bestOf({
      prompt: PROMPT,
      model: grm,
      n: 2,
      signal: controller.signal,
      generate: () => new Promise<string>(() => undefined),
    });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it.each([{ n: 0 }, { n: 1.5 }, { n: 8, maxSamples: 4 }, { n: 1, minReward: NaN }, { n: 1, maxStd: -1 }])(
    "refuses %o",
    async (amounts) => {
      await expect(bestOf({ prompt: PROMPT, model: grm, ...amounts, generate: () => "4." })).rejects.toThrow(
        InvalidArgumentError,
      );
    },
  );
});
