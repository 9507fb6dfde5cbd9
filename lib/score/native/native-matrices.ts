/** What the addon multiplies hidden states with: part of its surface, see `native-addon.ts`. */

export interface NativeDenseLayer {
  /** `[outputSize, inputSize]`, row-major */
  weight: Float32Array;
  outputSize: number;
  inputSize: number;
  /** `[outputSize]` */
  bias?: Float32Array;
  activation: "none" | "relu" | "selu";
}

export interface NativeDenseNetwork {
  /** `rows` is `[n, inputSize]`, row-major; the result `[n, outputSize]`. */
  forward(rows: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** The matrix that makes logits of hidden states: a row for every token of the vocabulary. */
export interface NativeOutputMatrixOptions {
  vocabSize: number;
  hiddenSize: number;
  /** How its rows are stored, and kept in memory; products are computed in float32. */
  type: "f32" | "f16" | "bf16";
  /** Logits are multiplied by it. */
  scale: number;
  /** Logits become `cap · tanh(logit / cap)`; 0 leaves them as they are. */
  cap: number;
  threads: number;
}

export interface NativeOutputMatrix {
  /** Appends the bytes of whole rows, in order, until the matrix has all. @throws `INVALID_ARGUMENT` */
  append(rows: Uint8Array): void;
  /**
   * The natural logarithm of the probability of one token behind each state, `[n]`. Memory does not grow with the vocabulary.
   * @param states `[n, hiddenSize]`, row-major
   * @param tokens `[n]`, ids below `vocabSize`
   * @throws `INVALID_ARGUMENT`, also while rows are missing
   */
  logProbabilities(states: Float32Array, tokens: Int32Array): Promise<Float64Array>;
  dispose(): Promise<void>;
}
