import { fromNative } from "../native/from-native.js";
import type { NativeAddon, NativeDenseNetwork } from "../native/native-addon.js";
import type { DenseLayer, DenseNetwork, DenseRuntime } from "./dense.js";

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
  };
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
