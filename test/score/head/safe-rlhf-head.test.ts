/** Rewards against the published class: test/model/heads.test.ts. */
import { describe, expect, it } from "vitest";
import type { HeadCandidates } from "../../../lib/score/head/head.js";
import { detectHead } from "../../../lib/score/head/registry.js";
import { FixtureTensors } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

const HIDDEN_SIZE = 2;

function tensorsOf(values: Record<string, number[]>): FixtureTensors {
  const tensors = new FixtureTensors().setFloats(
    "score_head.weight",
    [1, HIDDEN_SIZE],
    Float32Array.of(1, 2),
  );
  for (const [name, floats] of Object.entries(values)) {
    tensors.setFloats(name, [floats.length], Float32Array.from(floats));
  }
  return tensors;
}

function candidates(tensors: FixtureTensors, config: HeadCandidates["config"]): HeadCandidates {
  return { tensors: tensors.tensors, hiddenSize: HIDDEN_SIZE, config };
}

async function rewardOf(
  config: HeadCandidates["config"],
  values: Record<string, number[]> = {},
): Promise<unknown> {
  const tensors = tensorsOf(values);
  const { definition, spec } = detectHead(candidates(tensors, config));
  const head = await definition.load(definition.schema.parse(spec), tensors, HIDDEN_SIZE, plainDense);
  const [result] = await head.apply([{ scored: Float32Array.of(3, 4) }]);
  return result;
}

describe("a reward or a cost of safe-rlhf", () => {
  it("is the row's number unless the config asks for more", async () => {
    expect(await rewardOf({})).toEqual({ reward: 11 });
    expect(await rewardOf({ mean: [1], var: [4] })).toEqual({ reward: 11 });
  });

  it("is normalized by the stored statistics, else by the config's, else by none", async () => {
    const config = { do_normalize: true, mean: [1], var: [4] };
    expect(await rewardOf({ do_normalize: true })).toEqual({ reward: expect.closeTo(11, 6) as number });
    expect(await rewardOf(config)).toEqual({ reward: expect.closeTo(5, 6) as number });
    const stored = { "normalizer.mean": [3], "normalizer.var": [16] };
    expect(await rewardOf(config, stored)).toEqual({ reward: expect.closeTo(2, 6) as number });
  });

  it("is the negative of a cost, which has no mean taken from it", async () => {
    const reward = expect.closeTo(-5.5, 6) as number;
    expect(await rewardOf({ score_type: "cost", do_normalize: true, mean: [1], var: [4] })).toEqual({
      reward,
      attributes: { cost: { mean: expect.closeTo(5.5, 6) as number } },
    });
  });

  it.each([
    ["a critic", { score_type: "critic" }, {}, "no reward"],
    ["a bias that the config does not know", {}, { "score_head.bias": [1] }, "not of one model"],
    ["a bias that is missing", { bias: true }, {}, "not of one model"],
    ["several means", { mean: [1, 2] }, {}, "a list of one number for mean"],
    ["a mean that is none", { mean: "1" }, {}, "a list of one number for mean"],
    ["statistics of another shape", {}, { "normalizer.var": [1, 2] }, "shape [2], expected [1]"],
    ["a negative variance", { do_normalize: true, var: [-1] }, {}, "variance is -1"],
    ["a tensor that the class has not", {}, { "score_head.scale": [1] }, "has no score_head.scale"],
  ] as const)("is refused with %s", async (_, config, values, message) => {
    await expect(rewardOf(config, values as unknown as Record<string, number[]>)).rejects.toMatchObject({
      code: "HEAD_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  it("is no row among several, as ReasonEval's for steps", () => {
    const tensors = new FixtureTensors().setFloats(
      "score_head.weight",
      [3, HIDDEN_SIZE],
      new Float32Array(6),
    );
    expect(() => detectHead(candidates(tensors, {}))).toThrow("3 outputs, expected 1");
  });
});
