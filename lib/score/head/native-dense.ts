import { fromNative } from "../native/from-native.js";
import type { NativeAddon, NativeDenseNetwork, NativeOutputMatrix } from "../native/native-addon.js";
import type { DenseLayer, DenseNetwork, DenseRuntime, OutputMatrix, OutputMatrixSource } from "./dense.js";

/**
 * Runs heads in the native addon, on the CPU backend's matrix multiply and off the main thread.
 * @param threads CPU threads of one `forward`
 */
export function nativeDense(addon: NativeAddon, threads: number): DenseRuntime {
  return {
    async createNetwork(layers: readonly DenseLayer[]): Promise<DenseNetwork> {
      const network = await translateErrors(addon.createDenseNetwork(layers, threads));
      return new NativeNetwork(network);
    },
    async createOutputMatrix(source: OutputMatrixSource): Promise<OutputMatrix> {
      const { vocabSize, hiddenSize, scale, cap } = source;
      const type = TYPES[source.dtype];
      const matrix = await translateErrors(
        addon.createOutputMatrix({ vocabSize, hiddenSize, type, scale, cap, threads }),
      );
      try {
        await fill(matrix, source);
        return new NativeMatrix(matrix);
      } catch (error) {
        await matrix.dispose();
        throw fromNative(error);
      }
    },
  };
}

const TYPES = { F32: "f32", F16: "f16", BF16: "bf16" } as const;

/** Bytes of an output matrix that are read at once: it may have gigabytes. */
const SLICE_BYTES = 1 << 24;

async function fill(matrix: NativeOutputMatrix, source: OutputMatrixSource): Promise<void> {
  const { vocabSize, hiddenSize, dtype } = source;
  const rowBytes = hiddenSize * (dtype === "F32" ? 4 : 2);
  const rows = Math.max(1, Math.floor(SLICE_BYTES / rowBytes));
  for (let start = 0; start < vocabSize; start += rows)
    matrix.append(await source.readRows(start, Math.min(rows, vocabSize - start)));
}

class NativeMatrix implements OutputMatrix {
  readonly #matrix: NativeOutputMatrix;

  constructor(matrix: NativeOutputMatrix) {
    this.#matrix = matrix;
  }

  logProbabilities(states: Float32Array, tokens: Int32Array): Promise<Float64Array> {
    return translateErrors(this.#matrix.logProbabilities(states, tokens));
  }

  dispose(): Promise<void> {
    return translateErrors(this.#matrix.dispose());
  }
}

class NativeNetwork implements DenseNetwork {
  readonly #network: NativeDenseNetwork;

  constructor(network: NativeDenseNetwork) {
    this.#network = network;
  }

  forward(rows: Float32Array): Promise<Float32Array> {
    return translateErrors(this.#network.forward(rows));
  }

  dispose(): Promise<void> {
    return translateErrors(this.#network.dispose());
  }
}

async function translateErrors<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw fromNative(error);
  }
}
