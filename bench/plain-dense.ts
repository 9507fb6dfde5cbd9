import type { DenseLayer, DenseNetwork, DenseRuntime } from "../lib/score/head/dense.js";

/** Dense layers as plain JavaScript loops over `Float32Array`, on the event loop: the peer of the native kernels. */
export const plainLoops: DenseRuntime = {
  createNetwork: (layers): Promise<DenseNetwork> =>
    Promise.resolve({
      forward: (rows) => Promise.resolve(layers.reduce(applyLayer, rows)),
      dispose: () => Promise.resolve(),
    }),
  createOutputMatrix: () => Promise.reject(new Error("The benchmark has no head of logits in plain loops.")),
};

/** SELU's constants: arXiv 1706.02515. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

function applyLayer(rows: Float32Array, layer: DenseLayer): Float32Array {
  const { weight, bias, inputSize, outputSize, activation } = layer;
  const outputs = new Float32Array((rows.length / inputSize) * outputSize);
  for (let row = 0; row * inputSize < rows.length; row++) {
    for (let column = 0; column < outputSize; column++) {
      let sum = bias?.[column] ?? 0;
      for (let i = 0; i < inputSize; i++) {
        sum += (rows[row * inputSize + i] ?? 0) * (weight[column * inputSize + i] ?? 0);
      }
      outputs[row * outputSize + column] = activate(sum, activation);
    }
  }
  return outputs;
}

function activate(x: number, activation: DenseLayer["activation"]): number {
  if (activation === "none") return x;
  if (activation === "relu") return Math.max(0, x);
  return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
}
