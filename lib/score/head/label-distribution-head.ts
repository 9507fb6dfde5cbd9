import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { TensorReader } from "../../formats/safetensors/tensor.js";
import type { DenseRuntime } from "./dense.js";
import type { AttributeScore, HeadCandidates, HeadDefinition, HeadResult } from "./head.js";
import { labelNames } from "./label-names.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  sequentialLayers,
  stackSizes,
  stackTensorNames,
  type LinearLayer,
} from "./linear-stack.js";
import { createNetworks, NetworkHead, type HeadNetwork } from "./network-head.js";

const schema = z.strictObject({
  kind: z.literal("label-distribution"),
  /** Ten logits for each objective, LeakyReLU between the layers. */
  distributions: linearStackSchema,
  /** A weight for each objective, LeakyReLU between the layers. */
  gate: linearStackSchema,
  /** In the order of the rows. */
  objectives: z.array(z.string()).min(1),
  /** Of the gate's softmax; null where the gate has none. */
  temperature: z.number().positive().nullable(),
});
type LabelDistributionSpec = z.infer<typeof schema>;

/** Steps of the scale from 0 to 1 that each objective is a distribution over. */
const BINS = 10;
/** `negative_slope` of torch.nn.LeakyReLU by default. */
const SLOPE = 0.01;

/**
 * LDL-Reward: for each objective a distribution over ten values from 0 to 1, of which the mean counts; a gate on the same hidden state
 * weighs the objectives. `reward = Σ gate · mean`. Its text is tokenized with special tokens, and the first of two BOS is dropped: that is
 * the template's own BOS. The two networks lie in files of their own (`regression_layer.pt`, `gating_layer.pt`).
 * Source: RewardBench 0.1.4 `rewardbench/models/ldlreward.py` (`MultiOutputNN`, `GatingNN`, `LDLRewardModel27B`, `LDLPipeline`).
 */
export const labelDistributionHead: HeadDefinition<LabelDistributionSpec> = {
  kind: "label-distribution",
  description: "gated means of label distributions, before the first padding token (LDL-Reward)",
  usage: { addSpecialTokens: false, position: "before-first-pad" },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize, config } = candidates;
    const distributions = sequentialLayers(tensors, "regression_layer.network", 2);
    if (distributions.length === 0) return undefined;
    const gate = sequentialLayers(tensors, "gating_layer.network", 3);
    const count = gate.length === 0 ? 0 : (stackSizes(tensors, gate, hiddenSize).at(-1) ?? 0);
    expectOutputs(tensors, distributions, hiddenSize, BINS * count);
    const { num_objectives: logits = BINS * count } = config;
    if (logits !== BINS * count) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        `config.json says num_objectives ${JSON.stringify(logits)}, but the head has ${BINS * count} logits: they are not of one model.`,
      );
    }
    return {
      kind: "label-distribution",
      distributions,
      gate,
      objectives: labelNames({ ...candidates, config: {} }, count, "objective"),
      temperature: gateTemperature(config),
    };
  },
  summary: (spec) => ({ attributeNames: spec.objectives }),
  tensorNames: (spec) => [...stackTensorNames(spec.distributions), ...stackTensorNames(spec.gate)],
  async load(spec, tensors, hiddenSize, runtime) {
    const count = spec.objectives.length;
    expectOutputs(tensors.tensors, spec.distributions, hiddenSize, BINS * count);
    expectOutputs(tensors.tensors, spec.gate, hiddenSize, count);
    const distributions = await leakyNetworks(spec.distributions, tensors, hiddenSize, runtime);
    const gate = await leakyNetworks(spec.gate, tensors, hiddenSize, runtime).catch(
      async (error: unknown) => {
        await Promise.all(distributions.map((network) => network.dispose()));
        throw error;
      },
    );
    return new NetworkHead([...distributions, ...gate], async (inputs) => {
      const states = inputs.map((input) => input.scored);
      const logits = await forward(distributions, states);
      const weights = await forward(gate, states);
      return logits.map((row, index) => mix(spec, row, weights[index] ?? new Float32Array()));
    });
  },
};

/** @throws HeadLoadError `HEAD_INVALID` for a temperature that is no positive number */
function gateTemperature({ softmax, temperature = 1 }: HeadCandidates["config"]): number | null {
  if (softmax !== true) return null;
  if (typeof temperature === "number" && Number.isFinite(temperature) && temperature > 0) return temperature;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `Expected a positive number for temperature in config.json but received ${JSON.stringify(temperature)}.`,
  );
}

/** A network for each layer, since what lies between them is no activation of `DenseLayer`. */
async function leakyNetworks(
  layers: readonly LinearLayer[],
  tensors: TensorReader,
  hiddenSize: number,
  runtime: DenseRuntime,
): Promise<HeadNetwork[]> {
  const stack = await readStack(tensors, layers, hiddenSize, "relu");
  return createNetworks(
    runtime,
    stack.map((layer) => [{ ...layer, activation: "none" as const }]),
  );
}

async function forward(
  networks: readonly HeadNetwork[],
  states: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  let rows = states;
  for (const [index, network] of networks.entries()) {
    const outputs = await network.forward(rows);
    rows = index === networks.length - 1 ? outputs : outputs.map(leakyRelu);
  }
  return rows;
}

function leakyRelu(row: Float32Array): Float32Array {
  return row.map((value) => (value < 0 ? SLOPE * value : value));
}

/** In float64. */
function mix(spec: LabelDistributionSpec, logits: Float32Array, weights: Float32Array): HeadResult {
  const gates =
    spec.temperature === null ? weights : softmax(weights.map((weight) => weight / (spec.temperature ?? 1)));
  const attributes: Record<string, AttributeScore> = {};
  let reward = 0;
  for (const [index, name] of spec.objectives.entries()) {
    const shares = softmax(logits.subarray(index * BINS, (index + 1) * BINS));
    const mean = shares.reduce((sum, share, bin) => sum + (share * bin) / (BINS - 1), 0);
    const gate = gates[index] ?? NaN;
    attributes[name] = { mean, gate };
    reward += gate * mean;
  }
  return { reward, attributes };
}

/** The largest logit is subtracted first, so that no exponential overflows. */
function softmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
