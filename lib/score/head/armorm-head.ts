import { z } from "zod";
import { hasBatchNormGate } from "./batch-norm-gate.js";
import type { HeadDefinition } from "./head.js";
import { expectShape, rowCount } from "./head-tensors.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  sequentialLayers,
  stackTensorNames,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";
import {
  gatingStates,
  gatingTemperature,
  LLAMA3_GATING_TEXT,
  LOGIT_SCALE,
  objectiveNames,
  ObjectiveMixer,
  REGRESSION,
  TRANSFORM,
} from "./objective-mixture.js";

const schema = z.strictObject({
  kind: z.literal("armorm"),
  /** Gating network on the hidden state of the prompt's end, ReLU between the layers. */
  gate: linearStackSchema,
  /** In the order of the rows of `regression_layer.weight`. */
  objectives: z.array(z.string()).min(1),
  /** Temperature of the gate's softmax. */
  temperature: z.number().positive(),
});
type ArmoRMSpec = z.infer<typeof schema>;

/**
 * ArmoRM: objectives `regression_layer.weight · h`, mixed by a gate on the prompt (`objective-mixture.ts`). The published class
 * reads the place before the first padding token; the card tokenizes the template as it is (one BOS).
 * Source: model card and published class of RLHFlow/ArmoRM-Llama3-8B-v0.1, arXiv 2406.12845.
 */
export const armormHead: HeadDefinition<ArmoRMSpec> = {
  kind: "armorm",
  description: "mixture of objectives, weighted by a gate on the prompt (ArmoRM)",
  usage: { addSpecialTokens: false, position: "before-first-pad", gatingText: LLAMA3_GATING_TEXT },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize } = candidates;
    if (!tensors.has(REGRESSION) || hasBatchNormGate(tensors)) return undefined;
    const count = rowCount(tensors, REGRESSION, hiddenSize, "hidden state");
    const gate = sequentialLayers(tensors, "gating.layers", 1);
    expectOutputs(tensors, gate, hiddenSize, count);
    expectShape(tensors, TRANSFORM, [count, count]);
    expectShape(tensors, LOGIT_SCALE, [1]);
    const objectives = objectiveNames(candidates, count);
    return { kind: "armorm", gate, objectives, temperature: gatingTemperature(candidates) };
  },
  summary: (spec) => ({ attributeNames: spec.objectives }),
  tensorNames: (spec) => [REGRESSION, ...stackTensorNames(spec.gate), LOGIT_SCALE, TRANSFORM],
  async load(spec, tensors, hiddenSize, runtime) {
    const count = spec.objectives.length;
    const regression = [{ weight: REGRESSION }];
    expectOutputs(tensors.tensors, regression, hiddenSize, count);
    expectOutputs(tensors.tensors, spec.gate, hiddenSize, count);
    const mixer = await ObjectiveMixer.read(tensors, { ...spec, hasTransform: true });
    const [regressionNetwork, gateNetwork] = await createNetworks(runtime, [
      await readStack(tensors, regression, hiddenSize, "relu"),
      await readStack(tensors, spec.gate, hiddenSize, "relu"),
    ]);
    return new NetworkHead([regressionNetwork, gateNetwork], async (inputs) => {
      const objectives = await regressionNetwork.forward(inputs.map((input) => input.scored));
      const gates = await gateNetwork.forward(gatingStates(inputs));
      return objectives.map((row, index) => {
        const { reward, attributes } = mixer.mix(row, gates[index] ?? []);
        return { reward, attributes };
      });
    });
  },
};
