import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadDefinition } from "./head.js";
import { labelNames } from "./label-names.js";
import {
  expectOutputs,
  linearLayer,
  linearLayerSchema,
  readStack,
  stackSizes,
  stackTensorNames,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

const schema = z.strictObject({
  kind: z.literal("steerlm"),
  /** `[attributes, hiddenSize]`. */
  score: linearLayerSchema,
  /** In the order of the rows. */
  attributes: z.array(z.string()).min(1),
  /** Weight of each attribute in the reward. */
  weights: z.array(z.number()).min(1),
});
type AttributeRegressionSpec = z.infer<typeof schema>;

/**
 * SteerLM-style attribute regression: `reward = Σ weight · attribute`, with fixed weights that the model's card publishes and
 * a profile must give, since no tensor holds them. Source: arXiv 2406.08673 (HelpSteer2) and the card of
 * nvidia/Llama3-70B-SteerLM-RM.
 */
export const attributeRegressionHead: HeadDefinition<AttributeRegressionSpec> = {
  kind: "steerlm",
  description: "attribute regression: sum of attributes with fixed weights",
  usage: { addSpecialTokens: true, position: "last-non-pad" },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize, profile } = candidates;
    if (profile?.weights === undefined || !tensors.has("score.weight")) return undefined;
    const score = linearLayer(tensors, "score");
    const [rows = 0] = stackSizes(tensors, [score], hiddenSize);
    if (profile.weights.length !== rows) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        `score.weight has ${rows} rows, but the profile gives ${profile.weights.length} weights: ` +
          "it must give one per row, in the rows' order.",
      );
    }
    const attributes = labelNames(candidates, rows, "attribute");
    return { kind: "steerlm", score, attributes, weights: profile.weights };
  },
  summary: (spec) => ({ attributeNames: spec.attributes }),
  tensorNames: (spec) => stackTensorNames([spec.score]),
  async load(spec, tensors, hiddenSize, runtime) {
    expectOutputs(tensors.tensors, [spec.score], hiddenSize, spec.attributes.length);
    const stack = await readStack(tensors, [spec.score], hiddenSize, "relu");
    const [network] = await createNetworks(runtime, [stack]);
    return new NetworkHead([network], async (inputs) => {
      const outputs = await network.forward(inputs.map((input) => input.scored));
      return outputs.map((row) => {
        const parts = spec.attributes.map((name, index) => ({
          name,
          mean: row[index] ?? NaN,
          coefficient: spec.weights[index] ?? NaN,
        }));
        return {
          reward: parts.reduce((sum, { mean, coefficient }) => sum + coefficient * mean, 0),
          attributes: Object.fromEntries(
            parts.map(({ name, mean, coefficient }) => [name, { mean, coefficient }]),
          ),
        };
      });
    });
  },
};
