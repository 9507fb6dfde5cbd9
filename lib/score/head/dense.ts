/**
 * The matrix arithmetic a head needs, kept apart from where it runs: the native addon's CPU kernels in production, plain
 * loops in tests. It knows layers, not rewards.
 */

/** `activation(x · weightᵀ + bias)`. */
export interface DenseLayer {
  /** `[outputSize, inputSize]`, row-major */
  weight: Float32Array;
  outputSize: number;
  inputSize: number;
  /** `[outputSize]` */
  bias?: Float32Array;
  activation: "none" | "relu" | "selu";
}

/** A stack of layers ready to run. */
export interface DenseNetwork {
  /** @param rows `[n, inputSize]`, row-major float32. @returns `[n, outputSize]` of the last layer. */
  forward(rows: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** A matrix that makes logits of hidden states, where it lies. */
export interface OutputMatrixSource {
  /** `[vocabSize, hiddenSize]`, row-major */
  vocabSize: number;
  hiddenSize: number;
  dtype: "F32" | "F16" | "BF16";
  /** Logits are multiplied by `scale`, and become `cap · tanh(logit / cap)` where `cap` is not 0. */
  scale: number;
  cap: number;
  /** Bytes, as stored, of rows `[start, start + count)`. */
  readRows(start: number, count: number): Promise<Uint8Array>;
}

/** Says how probable given tokens are behind hidden states. */
export interface OutputMatrix {
  /**
   * @param states `[n, hiddenSize]`, row-major float32
   * @param tokens `[n]`
   * @returns `[n]`, natural logarithms of probabilities
   */
  logProbabilities(states: Float32Array, tokens: Int32Array): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** Makes networks and output matrices. The layers' output and input sizes must chain. */
export interface DenseRuntime {
  createNetwork(layers: readonly DenseLayer[]): Promise<DenseNetwork>;
  createOutputMatrix(source: OutputMatrixSource): Promise<OutputMatrix>;
}
