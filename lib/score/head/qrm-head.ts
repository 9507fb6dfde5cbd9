import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import {
  batchNormGateSchema,
  findBatchNormGate,
  gateOutputs,
  gateTensorNames,
  hasBatchNormGate,
  readBatchNormGate,
} from "./batch-norm-gate.js";
import type { HeadDefinition, HeadResult } from "./head.js";
import { expectShape, rowCount, type TensorTable } from "./head-tensors.js";
import { expectOutputs, readStack } from "./linear-stack.js";
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
  kind: z.literal("qrm"),
  /** Gating network on the hidden state of the prompt's end. */
  gate: batchNormGateSchema,
  /** Names of all tensors of the gate. */
  gateTensors: z.array(z.string()).min(1),
  objectives: z.array(z.string()).min(1),
  /** Quantiles per objective: row `objective · quantiles + quantile` of `regression_layer.weight`. */
  quantiles: z.int().positive(),
  /** Whether objectives are transformed by `reward_transform_matrix` (not in QRM-Gemma-2). */
  hasTransform: z.boolean(),
  /** Temperature of the gate's softmax. */
  temperature: z.number().positive(),
});
type QRMSpec = z.infer<typeof schema>;

/**
 * QRM: quantiles per objective, an objective being their mean; mixed as ArmoRM's, by a gate with batch norm. The quantiles of
 * the whole reward are mixed level by level. Position and tokens as ArmoRM.
 * Source: model cards and published classes of nicolinho/QRM-Llama3.1-8B and QRM-Llama3-8B, arXiv 2409.10164.
 */
export const qrmHead: HeadDefinition<QRMSpec> = {
  kind: "qrm",
  description: "mixture of objectives by quantile regression, weighted by a gate on the prompt (QRM)",
  usage: { addSpecialTokens: false, position: "before-first-pad", gatingText: LLAMA3_GATING_TEXT },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize } = candidates;
    if (!tensors.has(REGRESSION) || !hasBatchNormGate(tensors)) return undefined;
    const gate = findBatchNormGate(tensors);
    const count = gateOutputs(tensors, gate, hiddenSize);
    const quantiles = rowCount(tensors, REGRESSION, hiddenSize, "hidden state") / count;
    if (!Number.isInteger(quantiles)) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        `${REGRESSION} has ${quantiles * count} rows, which are not a whole number of quantiles for ${count} objectives.`,
      );
    }
    const hasTransform = candidates.profile?.hasTransform ?? true;
    if (hasTransform) expectTransform(tensors, count);
    expectShape(tensors, LOGIT_SCALE, [1]);
    return {
      kind: "qrm",
      gate,
      gateTensors: gateTensorNames(gate, tensors),
      objectives: objectiveNames(candidates, count),
      quantiles,
      hasTransform,
      temperature: gatingTemperature(candidates),
    };
  },
  summary: (spec) => ({ attributeNames: spec.objectives }),
  tensorNames: (spec) => [
    REGRESSION,
    ...spec.gateTensors,
    LOGIT_SCALE,
    ...(spec.hasTransform ? [TRANSFORM] : []),
  ],
  async load(spec, tensors, hiddenSize, runtime) {
    const regression = [{ weight: REGRESSION }];
    expectOutputs(tensors.tensors, regression, hiddenSize, spec.objectives.length * spec.quantiles);
    const mixer = await ObjectiveMixer.read(tensors, spec);
    const [regressionNetwork, gateNetwork] = await createNetworks(runtime, [
      await readStack(tensors, regression, hiddenSize, "relu"),
      await readBatchNormGate(tensors, spec.gate, hiddenSize),
    ]);
    return new NetworkHead([regressionNetwork, gateNetwork], async (inputs) => {
      const rows = await regressionNetwork.forward(inputs.map((input) => input.scored));
      const gates = await gateNetwork.forward(gatingStates(inputs));
      return rows.map((row, index) => mixQuantiles(spec, mixer, row, gates[index] ?? new Float32Array()));
    });
  },
};

function expectTransform(tensors: TensorTable, count: number): void {
  if (!tensors.has(TRANSFORM)) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${TRANSFORM} is missing. Get a complete copy of the checkpoint; for a model that is published without ` +
        'it, put a profile.json into the checkpoint folder: {"head": "qrm", "hasTransform": false, "temperature": …}.',
    );
  }
  expectShape(tensors, TRANSFORM, [count, count]);
}

function mixQuantiles(
  { objectives, quantiles }: QRMSpec,
  mixer: ObjectiveMixer,
  row: Float32Array,
  gateLogits: Float32Array,
): HeadResult {
  const means = objectives.map((_, objective) => {
    const values = row.subarray(objective * quantiles, (objective + 1) * quantiles);
    return values.reduce((sum, value) => sum + value, 0) / quantiles;
  });
  const { reward, attributes, coefficients } = mixer.mix(means, gateLogits);
  const levels = Array.from({ length: quantiles }, (_, quantile): [number, number] => {
    const value = objectives.reduce(
      (sum, _, objective) =>
        sum + (coefficients[objective] ?? NaN) * (row[objective * quantiles + quantile] ?? NaN),
      0,
    );
    // Evenly spaced levels without 0 and 1, as the published class makes them.
    return [(quantile + 1) / (quantiles + 1), value];
  });
  return { reward, attributes, quantiles: levels };
}
