import { describe, expect, it } from "vitest";
import type { RewardError } from "../../../lib/errors.js";
import type { HeadCandidates } from "../../../lib/score/head/head.js";
import { detectHead, headDefinition, HEADS } from "../../../lib/score/head/registry.js";
import { candidatesOf, FixtureTensors, readJson } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

/** Kind by the fixtures' own name for the head in expected.json. */
const KINDS: Record<string, string> = {
  value_head: "value-head",
  score: "linear-score",
  urm: "gated-attributes",
  ultrarm: "regression-head",
  starling: "starling",
  inform: "two-layer-score",
  steerlm: "steerlm",
  armorm: "armorm",
  qrm: "qrm",
  pair: "pair",
};

const CHECKPOINTS = [
  "armorm-tiny",
  "grm-gemma-tiny",
  "grm-gemma2-tiny",
  "grm-linear-tiny",
  "grm-llama3.2-tiny",
  "grm-mlp2-tiny",
  "inform-tiny",
  "pairpref-tiny",
  "qrm-llama3-tiny",
  "qrm-llama3.1-tiny",
  "skywork-llama3.1-tiny",
  "skywork-qwen2-tiny",
  "starling-34b-tiny",
  "starling-tiny",
  "steerlm-tiny",
  "ultrarm-eos-tiny",
  "ultrarm-tiny",
  "urm-llama3.1-tiny",
];

function failure(candidates: HeadCandidates): RewardError {
  try {
    detectHead(candidates);
  } catch (error) {
    return error as RewardError;
  }
  throw new Error("A head was found.");
}

async function changed(
  checkpoint: string,
  change: (tensors: FixtureTensors) => unknown,
): Promise<HeadCandidates> {
  const tensors = await FixtureTensors.read(checkpoint);
  change(tensors);
  return candidatesOf(checkpoint, tensors);
}

describe("detection by tensor names and shapes", () => {
  it.each(CHECKPOINTS)("%s", async (checkpoint) => {
    const { head } = readJson(checkpoint, "expected.json") as { head: string };
    const { definition, spec } = detectHead(await candidatesOf(checkpoint));
    expect(definition.kind).toBe(KINDS[head]);
    expect(definition.schema.parse(spec)).toEqual(spec);
  });

  it.each(CHECKPOINTS.filter((each) => each !== "pairpref-tiny"))(
    "every tensor of %s beside backbone and lm_head is the head's",
    async (checkpoint) => {
      const tensors = await FixtureTensors.read(checkpoint);
      const { definition, spec } = detectHead(await candidatesOf(checkpoint, tensors));
      const beside = [...tensors.tensors.keys()].filter((name) => name !== "lm_head.weight");
      expect([...definition.tensorNames(spec)].sort()).toEqual(beside.sort());
    },
  );

  it("does not look at the config's stale keys or architectures", async () => {
    const candidates = await candidatesOf("skywork-llama3.1-tiny");
    expect(candidates.config).toHaveProperty("vhead_layer_type");
    const config = { ...candidates.config, architectures: ["LlamaForCausalLM"] };
    expect(detectHead({ ...candidates, config }).definition.kind).toBe("linear-score");
  });

  it("names every kind once", () => {
    const kinds = HEADS.map((head) => head.kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const head of HEADS) expect(headDefinition(head.kind)).toBe(head);
    expect(() => headDefinition("newer")).toThrow("Unknown head kind");
  });
});

describe("a checkpoint without exactly one head", () => {
  it("is InternLM 2's where config.json names a token to score, whose id must be one", async () => {
    const starling = await candidatesOf("starling-tiny");
    const withToken = { ...starling, config: { ...starling.config, reward_token_id: 7 } };
    expect(detectHead(withToken).definition).toMatchObject({
      kind: "reward-token",
      usage: { position: "last", addSpecialTokens: false },
    });
    const internlm2 = { ...starling.config, model_type: "internlm2" };
    for (const config of [internlm2, { ...internlm2, reward_token_id: "7" }]) {
      expect(failure({ ...starling, config }).message).toContain("reward_token_id");
    }
  });

  it("is Athene's where the config names its class: the same row is Starling's otherwise", async () => {
    const starling = await candidatesOf("starling-tiny");
    expect(detectHead(starling).definition.kind).toBe("starling");
    for (const name of ["AtheneForSequenceClassification", "CustomAutoModelForSequenceClassification"]) {
      const config = { ...starling.config, architectures: [name] };
      expect(detectHead({ ...starling, config }).definition).toMatchObject({
        kind: "class-token",
        usage: { position: "last", ending: { token: "cls" } },
      });
    }
  });

  it("is refused when there is no head, with what is left over", async () => {
    const error = failure({ ...(await candidatesOf("pairpref-tiny")), profile: undefined });
    expect(error.code).toBe("HEAD_INVALID");
    expect(error.message).toContain("lm_head.weight");
    expect(error.message).toContain("A backbone without its head is never scored");
  });

  it("is refused by name where the language model's head has one row, as Seed-X-RM's", async () => {
    const tensors = new FixtureTensors().setFloats("lm_head.weight", [1, 4], new Float32Array(4));
    const candidates = await candidatesOf("grm-linear-tiny", tensors);
    expect(failure({ ...candidates, hiddenSize: 4 })).toMatchObject({ code: "HEAD_INVALID" });
    expect(failure({ ...candidates, hiddenSize: 4 }).message).toContain("Seed-X-RM");
  });

  it("is refused when nothing at all is left over", async () => {
    const candidates = await candidatesOf("grm-linear-tiny", new FixtureTensors());
    expect(failure(candidates).message).toContain("no tensor is left over");
  });

  it.each([
    ["grm-linear-tiny", "score.weight", "value-head", "linear-score"],
    ["skywork-llama3.1-tiny", "regression_head.weight", "linear-score", "regression-head"],
    ["ultrarm-tiny", "v_head.weight", "regression-head", "starling"],
  ])("is refused when %s has a %s too", async (checkpoint, name, ...kinds) => {
    const { hiddenSize } = await candidatesOf(checkpoint);
    const error = failure(
      await changed(checkpoint, (tensors) =>
        tensors.setFloats(name, [1, hiddenSize], new Float32Array(hiddenSize)),
      ),
    );
    expect(error.code).toBe("HEAD_INVALID");
    for (const kind of kinds) expect(error.message).toContain(kind);
  });

  it("is refused when a profile asks for pair preference and there is a head", async () => {
    const candidates = await candidatesOf("pairpref-tiny");
    const tensors = (await FixtureTensors.read("pairpref-tiny")).setFloats(
      "score.weight",
      [1, 48],
      new Float32Array(48),
    );
    const error = failure({ ...candidates, tensors: tensors.tensors });
    expect(error.message).toMatch(/linear-score.*pair/);
  });

  it("is refused when the profile is for another head", async () => {
    const candidates = { ...(await candidatesOf("grm-linear-tiny")), profile: { kind: "armorm" } };
    expect(failure(candidates).message).toContain("armorm");
  });
});

describe("a damaged head is refused", () => {
  it.each<[what: string, checkpoint: string, change: (tensors: FixtureTensors) => unknown, names: string]>([
    ["a lost bias", "grm-linear-tiny", (t) => t.delete("v_head.summary.bias"), "v_head.summary.bias"],
    ["a lost layer", "grm-mlp2-tiny", (t) => t.delete("v_head.summary.2.weight"), "v_head.summary.2.weight"],
    [
      "a lost last layer",
      "inform-tiny",
      (t) => t.delete("score.2.weight").delete("score.2.bias"),
      "score.0.weight",
    ],
    ["a lost score", "urm-llama3.1-tiny", (t) => t.delete("score.weight"), "score.weight"],
    ["a lost matrix", "armorm-tiny", (t) => t.delete("reward_transform_matrix"), "reward_transform_matrix"],
    [
      "a lost norm",
      "qrm-llama3-tiny",
      (t) => t.delete("gating.layers.5.running_var"),
      "gating.layers.5.running_var",
    ],
    ["a lost scale", "qrm-llama3-tiny", (t) => t.delete("gating.logit_scale"), "gating.logit_scale"],
    [
      "a bias of another size",
      "grm-llama3.2-tiny",
      (t) => t.setFloats("v_head.summary.0.bias", [63], new Float32Array(63)),
      "[63]",
    ],
    [
      "layers that do not chain",
      "inform-tiny",
      (t) => t.setFloats("score.2.weight", [1, 40], new Float32Array(40)),
      "[1, 40]",
    ],
    [
      "too few rows for the gate",
      "urm-llama3.1-tiny",
      (t) => t.setFloats("score.weight", [5, 64], new Float32Array(320)),
      "expected 10",
    ],
    [
      "rows that are no whole number of quantiles",
      "qrm-llama3-tiny",
      (t) => t.setFloats("regression_layer.weight", [360, 48], new Float32Array(360 * 48)),
      "360",
    ],
    [
      "integers for weights",
      "ultrarm-tiny",
      (t) => t.set("regression_head.weight", "I8", [1, 32], new Uint8Array(32)),
      "I8",
    ],
    [
      "a part no formula knows",
      "urm-llama3.1-tiny",
      (t) => t.setFloats("score.bias", [10], new Float32Array(10)),
      "score.bias",
    ],
  ])("%s (%s)", async (_, checkpoint, change, names) => {
    const error = failure(await changed(checkpoint, change));
    expect(error.code).toBe("HEAD_INVALID");
    expect(error.message).toContain(names);
  });

  it.each(CHECKPOINTS)("%s with a backbone of another size", async (checkpoint) => {
    const candidates = { ...(await candidatesOf(checkpoint)), hiddenSize: 128 };
    expect(failure(candidates)).toMatchObject({ code: "HEAD_MISMATCH" });
  });

  it("several labels, none of them named as the reward", async () => {
    const error = failure({ ...(await candidatesOf("steerlm-tiny")), profile: undefined });
    expect(error).toMatchObject({ code: "HEAD_INVALID" });
    expect(error.message).toContain("rewardLabel");
  });

  it("another number of weights than rows", async () => {
    const candidates = { ...(await candidatesOf("steerlm-tiny")), profile: { weights: [1, 2] } };
    expect(failure(candidates).message).toContain("5 rows");
  });
});

describe("loading refuses", () => {
  it.each(CHECKPOINTS.filter((each) => each !== "pairpref-tiny"))(
    "%s with NaN in any tensor",
    async (checkpoint) => {
      const { definition, spec } = detectHead(await candidatesOf(checkpoint));
      const { hiddenSize } = await candidatesOf(checkpoint);
      for (const name of definition.tensorNames(spec)) {
        if (name.endsWith("num_batches_tracked")) continue;
        const tensors = await FixtureTensors.read(checkpoint);
        const values = await tensors.readFloat32(name);
        values[values.length - 1] = NaN;
        tensors.setFloats(name, tensors.tensors.get(name)?.shape ?? [], values);
        await expect(definition.load(spec, tensors, hiddenSize, plainDense), name).rejects.toMatchObject({
          code: "HEAD_INVALID",
          message: expect.stringContaining(name) as string,
        });
      }
    },
  );

  it.each(CHECKPOINTS.filter((each) => each !== "pairpref-tiny"))(
    "%s for another backbone",
    async (checkpoint) => {
      const tensors = await FixtureTensors.read(checkpoint);
      const { definition, spec } = detectHead(await candidatesOf(checkpoint, tensors));
      await expect(definition.load(spec, tensors, 128, plainDense)).rejects.toMatchObject({
        code: "HEAD_MISMATCH",
      });
    },
  );

  it("a batch norm with a negative variance", async () => {
    const tensors = await FixtureTensors.read("qrm-llama3-tiny");
    tensors.setFloats("gating.layers.2.running_var", [40], new Float32Array(40).fill(-1));
    const { definition, spec } = detectHead(await candidatesOf("qrm-llama3-tiny", tensors));
    await expect(definition.load(spec, tensors, 48, plainDense)).rejects.toMatchObject({
      code: "HEAD_INVALID",
    });
  });
});

describe("one name of two publishers", () => {
  const normalized = { normalize_reward: true, mean: 1, std: 2 };

  it.each<[what: string, checkpoint: string, settings: Record<string, unknown>, kind: string]>([
    ["OpenRLHF's row", "skywork-llama3.1-tiny", { normalize_reward: false }, "open-rlhf"],
    ["OpenRLHF's row, normalized", "skywork-llama3.1-tiny", normalized, "open-rlhf"],
    [
      "OpenRLHF's row by another name",
      "starling-tiny",
      { normalize_reward: false, value_head_prefix: "v_head" },
      "open-rlhf",
    ],
  ])("%s", async (_, checkpoint, settings, kind) => {
    const candidates = await candidatesOf(checkpoint);
    const { definition } = detectHead({ ...candidates, config: { ...candidates.config, ...settings } });
    expect(definition.kind).toBe(kind);
  });

  it.each<[what: string, settings: Record<string, unknown>, message: string]>([
    ["a critic", { normalize_reward: false, architectures: ["CriticModel"] }, "critic"],
    ["a mean without a deviation", { normalize_reward: true, mean: 1 }, "std missing"],
    ["a deviation of zero", { ...normalized, std: 0 }, "positive"],
  ])("OpenRLHF's %s is refused", async (_, settings, message) => {
    const candidates = await candidatesOf("skywork-llama3.1-tiny");
    const error = failure({ ...candidates, config: { ...candidates.config, ...settings } });
    expect(error.code).toBe("HEAD_INVALID");
    expect(error.message).toContain(message);
  });
});
