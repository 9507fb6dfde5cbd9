import type {
  DenseLayer,
  DenseNetwork,
  DenseRuntime,
  OutputMatrix,
  OutputMatrixSource,
} from "../../../lib/score/head/dense.js";
import { toFloat32 } from "../../../lib/formats/floats/float-convert.js";

const ACTIVATIONS = {
  none: (x: number): number => x,
  relu: (x: number): number => Math.max(x, 0),
  // Constants of the SELU definition, arXiv 1706.02515.
  selu: (x: number): number => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
};

/** Dense layers in plain float64 loops, rounded to float32 after the last layer: an independent check of the heads. */
export const plainDense: DenseRuntime = {
  createNetwork: (layers) => Promise.resolve(new PlainNetwork(layers)),
  createOutputMatrix: async (source) =>
    new PlainMatrix(source, toFloat32(await source.readRows(0, source.vocabSize), source.dtype)),
};

class PlainMatrix implements OutputMatrix {
  constructor(
    private readonly source: OutputMatrixSource,
    private readonly weight: Float32Array,
  ) {}

  logProbabilities(states: Float32Array, tokens: Int32Array): Promise<Float64Array> {
    const { vocabSize, hiddenSize, scale, cap } = this.source;
    return Promise.resolve(
      Float64Array.from(tokens, (token, index) => {
        const state = states.subarray(index * hiddenSize, (index + 1) * hiddenSize);
        const logits = Array.from({ length: vocabSize }, (_, row) => {
          const weights = this.weight.subarray(row * hiddenSize, (row + 1) * hiddenSize);
          const logit =
            scale * state.reduce((sum, value, column) => sum + value * (weights[column] ?? NaN), 0);
          return cap === 0 ? logit : cap * Math.tanh(logit / cap);
        });
        return (logits[token] ?? NaN) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      }),
    );
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

class PlainNetwork implements DenseNetwork {
  isDisposed = false;

  constructor(private readonly layers: readonly DenseLayer[]) {}

  forward(rows: Float32Array): Promise<Float32Array> {
    const inputSize = this.layers[0]?.inputSize ?? 0;
    const outputs: number[] = [];
    for (let start = 0; start < rows.length; start += inputSize) {
      let values = Array.from(rows.subarray(start, start + inputSize));
      for (const layer of this.layers) values = applyLayer(layer, values);
      outputs.push(...values);
    }
    return Promise.resolve(Float32Array.from(outputs));
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

function applyLayer(
  { weight, bias, inputSize, outputSize, activation }: DenseLayer,
  input: number[],
): number[] {
  return Array.from({ length: outputSize }, (_, row) => {
    const weights = weight.subarray(row * inputSize, (row + 1) * inputSize);
    const sum = weights.reduce((total, value, column) => total + value * (input[column] ?? NaN), 0);
    return ACTIVATIONS[activation](sum + (bias?.[row] ?? 0));
  });
}
