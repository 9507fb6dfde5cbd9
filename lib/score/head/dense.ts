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

/** Makes networks. The layers' output and input sizes must chain. */
export interface DenseRuntime {
  createNetwork(layers: readonly DenseLayer[]): Promise<DenseNetwork>;
}
