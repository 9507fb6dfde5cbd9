import { z } from "zod";
import type { AttributeScore, HeadDefinition, HeadResult } from "./head.js";
import { labelNames } from "./label-names.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  sequentialLayers,
  stackSizes,
  stackTensorNames,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

const schema = z.strictObject({
  kind: z.literal("gated-attributes"),
  /** `[2 n, hiddenSize]`: rows 2 a and 2 a + 1 give mean and raw deviation of attribute a. */
  score: z.string(),
  /** Gating network, SELU between the layers, `n` outputs. */
  gate: linearStackSchema,
  /** In the order of the rows. */
  attributes: z.array(z.string()).min(1),
  /** From the raw deviation to a standard deviation: `exp(raw)` or `ln(1 + exp(raw))`. */
  sigmaTransform: z.enum(["exp", "softplus"]),
});
type GatedAttributeSpec = z.infer<typeof schema>;

/** Order of the attributes in HelpSteer2, which URM was trained on. Source: nvidia/HelpSteer2; arXiv 2410.00847. */
const HELPSTEER2_ATTRIBUTES = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];

/**
 * URM, the uncertainty-aware reward model: `score.weight` predicts a normal distribution per attribute, `weights.fc` a gate
 * per attribute (no softmax, may be negative). `reward = Σ gate · mean`, `std = √Σ gate² · sigma²`.
 * Source: SGLang `llama_reward.py` for reward and gate; arXiv 2410.00847 for the distribution, whose log standard deviation is
 * the raw value.
 */
export const gatedAttributeHead: HeadDefinition<GatedAttributeSpec> = {
  kind: "gated-attributes",
  description: "gated attributes: Σ gate · mean over attributes, with the propagated standard deviation",
  usage: { addSpecialTokens: true, position: "last-non-pad" },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize, profile } = candidates;
    const gate = sequentialLayers(tensors, "weights.fc", 2);
    if (gate.length === 0) return undefined;
    const count = stackSizes(tensors, gate, hiddenSize).at(-1) ?? 0;
    expectOutputs(tensors, [{ weight: "score.weight" }], hiddenSize, 2 * count);
    const isHelpSteer = count === HELPSTEER2_ATTRIBUTES.length && profile?.attributes === undefined;
    const attributes = isHelpSteer ? HELPSTEER2_ATTRIBUTES : labelNames(candidates, count, "attribute");
    return {
      kind: "gated-attributes",
      score: "score.weight",
      gate,
      attributes: [...attributes],
      sigmaTransform: profile?.sigmaTransform ?? "exp",
    };
  },
  summary: ({ attributes, sigmaTransform }) => ({
    attributeNames: attributes,
    assumptions: [
      `Raw deviations become standard deviations by ${sigmaTransform}, as the head's paper has it.`,
    ],
  }),
  tensorNames: (spec) => [spec.score, ...stackTensorNames(spec.gate)],
  async load(spec, tensors, hiddenSize, runtime) {
    const count = spec.attributes.length;
    const score = [{ weight: spec.score }];
    expectOutputs(tensors.tensors, score, hiddenSize, 2 * count);
    expectOutputs(tensors.tensors, spec.gate, hiddenSize, count);
    const [scoreNetwork, gateNetwork] = await createNetworks(runtime, [
      await readStack(tensors, score, hiddenSize, "selu"),
      await readStack(tensors, spec.gate, hiddenSize, "selu"),
    ]);
    return new NetworkHead([scoreNetwork, gateNetwork], async (inputs) => {
      const states = inputs.map((input) => input.scored);
      const scores = await scoreNetwork.forward(states);
      const gates = await gateNetwork.forward(states);
      return scores.map((row, index) => mixAttributes(spec, row, gates[index] ?? new Float32Array()));
    });
  },
};

function mixAttributes(spec: GatedAttributeSpec, scores: Float32Array, gates: Float32Array): HeadResult {
  const attributes: Record<string, AttributeScore> = {};
  let reward = 0;
  let variance = 0;
  for (const [index, name] of spec.attributes.entries()) {
    const mean = scores[2 * index] ?? NaN;
    const gate = gates[index] ?? NaN;
    const std = SIGMA[spec.sigmaTransform](scores[2 * index + 1] ?? NaN);
    attributes[name] = { mean, std, gate };
    reward += gate * mean;
    variance += (gate * std) ** 2;
  }
  return { reward, std: Math.sqrt(variance), attributes };
}

const SIGMA = {
  exp: Math.exp,
  /** ln(1 + e^x), without overflow for large x. */
  softplus: (raw: number): number => Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))),
};
