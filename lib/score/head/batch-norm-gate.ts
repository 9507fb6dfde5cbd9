import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { TensorReader } from "../../formats/safetensors/tensor.js";
import type { DenseLayer } from "./dense.js";
import { expectShape, readFinite, rowCount, type TensorTable } from "./head-tensors.js";
import { nextTurn } from "../../util/event-loop.js";

/**
 * QRM's gating network: for each hidden layer a linear one without bias, ReLU, batch norm; then a linear layer with bias.
 * Modules are numbered in one `torch.nn.Sequential`, so the norm of hidden layer `gating.layers.<i>` is `<i + 2>`; the next
 * layer is `<i + 3>`, or `<i + 4>` where a dropout lies between. Source: published classes of nicolinho/QRM-Llama3.1-8B, and
 * of nicolinho/QRM-Gemma-2-27B (dropout).
 */
export const batchNormGateSchema = z.strictObject({
  hidden: z.array(z.strictObject({ weight: z.string(), norm: z.string() })).min(1),
  output: z.strictObject({ weight: z.string(), bias: z.string() }),
});
export type BatchNormGate = z.infer<typeof batchNormGateSchema>;

/** `eps` of `torch.nn.BatchNorm1d` by default, which the published class leaves alone. */
const EPSILON = 1e-5;

/** Rows folded between two turns of the event loop. */
const ROWS_PER_TURN = 64;

const NORM_TENSORS = ["weight", "bias", "running_mean", "running_var"] as const;
const PREFIX = "gating.layers";

/** Whether the gating network, if any, has batch norms: QRM's has, ArmoRM's has not. */
export function hasBatchNormGate(tensors: TensorTable): boolean {
  return [...tensors.keys()].some((name) => name.startsWith(`${PREFIX}.`) && name.endsWith(".running_mean"));
}

/**
 * Finds the gate by its batch norms. Shapes are checked by `gateOutputs`.
 * @throws HeadLoadError `HEAD_INVALID` when the layers do not alternate as described
 */
export function findBatchNormGate(tensors: TensorTable): BatchNormGate {
  const indices = [...tensors.keys()]
    .map((name) => /^gating\.layers\.(\d+)\.weight$/.exec(name)?.[1])
    .filter((index) => index !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const norms = indices.filter((index) => tensors.has(`${PREFIX}.${index}.running_mean`));
  const linear = indices.filter((index) => !norms.includes(index));
  const last = linear.at(-1);
  const isComplete =
    norms.length === linear.length - 1 && norms.every((norm, i) => norm === (linear[i] ?? NaN) + 2);
  if (last === undefined || !isComplete) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The gating network is incomplete: found linear layers ${linear.join(", ")} and batch norms ${norms.join(", ")} of ` +
        `${PREFIX}, expected a norm two places after each linear layer but the last. Get a complete copy of the checkpoint.`,
    );
  }
  return {
    hidden: norms.map((norm) => ({ weight: `${PREFIX}.${norm - 2}.weight`, norm: `${PREFIX}.${norm}` })),
    output: { weight: `${PREFIX}.${last}.weight`, bias: `${PREFIX}.${last}.bias` },
  };
}

/**
 * Every tensor of the gate that the checkpoint has. Batch norm's counter of training steps plays no part in scoring, but is
 * kept: the head's file then is the whole published head.
 */
export function gateTensorNames(gate: BatchNormGate, tensors: TensorTable): string[] {
  const hidden = gate.hidden.flatMap(({ weight, norm }) => {
    const counter = `${norm}.num_batches_tracked`;
    return [
      weight,
      ...NORM_TENSORS.map((name) => `${norm}.${name}`),
      ...(tensors.has(counter) ? [counter] : []),
    ];
  });
  return [...hidden, gate.output.weight, gate.output.bias];
}

/**
 * Checks that the gate's tensors fit each other and the backbone.
 * @returns number of outputs
 * @throws HeadLoadError `HEAD_MISMATCH` another hidden size; `HEAD_INVALID` anything else
 */
export function gateOutputs(tensors: TensorTable, gate: BatchNormGate, hiddenSize: number): number {
  let size = hiddenSize;
  for (const [index, { weight, norm }] of gate.hidden.entries()) {
    size = rowCount(tensors, weight, size, index === 0 ? "hidden state" : "layer");
    for (const name of NORM_TENSORS) expectShape(tensors, `${norm}.${name}`, [size]);
  }
  const outputs = rowCount(tensors, gate.output.weight, size, "layer");
  expectShape(tensors, gate.output.bias, [outputs]);
  return outputs;
}

/**
 * Reads the gate as plain layers with ReLU between them. Each batch norm is `scale · x + shift` with
 * `scale = weight / √(running_var + ε)` and `shift = bias − running_mean · scale`, and is folded, in float64, into the linear
 * layer that follows: `W (scale · x + shift) + b = (W · scale) x + (W shift + b)`.
 * @throws HeadLoadError as `gateOutputs`, and `HEAD_INVALID` for NaN, infinite or impossible values
 */
export async function readBatchNormGate(
  reader: TensorReader,
  gate: BatchNormGate,
  hiddenSize: number,
): Promise<DenseLayer[]> {
  gateOutputs(reader.tensors, gate, hiddenSize);
  const layers: DenseLayer[] = [];
  let norm: Affine | undefined;
  for (const { weight, norm: nextNorm } of gate.hidden) {
    layers.push(await foldedLayer(await readFinite(reader, weight), undefined, norm, hiddenSize, "relu"));
    norm = await readNorm(reader, nextNorm);
  }
  const bias = await readFinite(reader, gate.output.bias);
  layers.push(
    await foldedLayer(await readFinite(reader, gate.output.weight), bias, norm, hiddenSize, "none"),
  );
  return layers;
}

/** `scale · x + shift`, by component. */
interface Affine {
  scale: Float64Array;
  shift: Float64Array;
}

async function readNorm(reader: TensorReader, name: string): Promise<Affine> {
  const weight = await readFinite(reader, `${name}.weight`);
  const bias = await readFinite(reader, `${name}.bias`);
  const mean = await readFinite(reader, `${name}.running_mean`);
  const variance = await readFinite(reader, `${name}.running_var`);
  const scale = Float64Array.from(
    weight,
    (value, index) => value / Math.sqrt((variance[index] ?? NaN) + EPSILON),
  );
  const shift = Float64Array.from(
    bias,
    (value, index) => value - (mean[index] ?? NaN) * (scale[index] ?? NaN),
  );
  if (scale.every(Number.isFinite) && shift.every(Number.isFinite)) return { scale, shift };
  throw new HeadLoadError(
    "HEAD_INVALID",
    `The head's batch norm ${name} has a negative variance. Get a complete copy of the checkpoint and convert it again.`,
  );
}

async function foldedLayer(
  weight: Float32Array,
  bias: Float32Array | undefined,
  norm: Affine | undefined,
  hiddenSize: number,
  activation: "relu" | "none",
): Promise<DenseLayer> {
  const inputSize = norm?.scale.length ?? hiddenSize;
  const outputSize = weight.length / inputSize;
  const layer = { outputSize, inputSize, activation };
  if (norm === undefined) return { ...layer, weight, ...(bias === undefined ? {} : { bias }) };
  const folded = new Float32Array(weight.length);
  const sums = new Float32Array(outputSize);
  for (let row = 0; row < outputSize; row++) {
    if (row % ROWS_PER_TURN === ROWS_PER_TURN - 1) await nextTurn();
    let sum = bias?.[row] ?? 0;
    for (let column = 0; column < inputSize; column++) {
      const value = weight[row * inputSize + column] ?? NaN;
      folded[row * inputSize + column] = value * (norm.scale[column] ?? NaN);
      sum += value * (norm.shift[column] ?? NaN);
    }
    sums[row] = sum;
  }
  return { ...layer, weight: folded, bias: sums };
}
