/** What the addon does for smaller types: a part of its surface, see `native-addon.ts`. */

export interface NativeMomentsOptions {
  /** Names of the matrices. */
  weights: readonly string[];
  /** How much each of them heeds what `weigh` says, `[weights]`. Default: 1. */
  heed?: Float32Array;
  /** Whether products of inputs are summed, too, which `roundToQ8` needs: `width²` numbers for every input. Default false. */
  withProducts?: boolean;
  threads: number;
}

/** Second moments of what matrices were multiplied with, over all tokens. */
export interface NativeMoments {
  /**
   * How much more than one each token of the next decodes counts, in order `[tokens]`, times what a matrix heeds; empty for none, which is
   * so until it is called.
   */
  weigh(extra: Float32Array): void;
  /** Means of squares `[width]` by matrix, for those that were multiplied: llama.cpp's importance matrix. */
  meanSquares(): NativeImportance[];
  /**
   * Rounds a matrix to ggml's Q8_0 such that its products with such inputs change least.
   * @param options.values `[rows, width]`
   * @returns the blocks as ggml stores them
   * @throws `INVALID_ARGUMENT` for a matrix that was never multiplied
   */
  roundToQ8(options: { weight: string; values: Float32Array; threads: number }): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** How much each column of a matrix matters. */
export interface NativeImportance {
  name: string;
  /** `[width]` */
  values: Float32Array;
}

export interface NativeQuantizeOptions {
  input: string;
  output: string;
  /** llama.cpp's file type name. */
  type: "q8_0" | "q6_k" | "q5_k_m" | "q4_k_m";
  threads: number;
  /** Names of matrices that stay in 16 bits. */
  kept?: readonly string[];
  /** The type that they have then. Default `f16`. */
  keptType?: "f16" | "bf16";
  importance?: readonly NativeImportance[];
}
