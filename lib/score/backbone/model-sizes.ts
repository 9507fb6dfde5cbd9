import type { NativeFileOutline } from "../native/native-addon.js";

/** Sizes of a backbone that decide how much of it a device can hold. Known before anything is loaded. */
export interface ModelSizes {
  /** Bytes of the weights of each layer of the transformer. */
  layerBytes: readonly number[];
  /** Bytes of the final norm and of the output matrix, which lie where the last layer does. */
  outputBytes: number;
  /** Bytes of the largest tensor of a layer. */
  largestTensorBytes: number;
  /** Numbers the KV cache holds per cell and layer. */
  kvElementsPerLayer: number;
  hiddenSize: number;
  feedForwardSize: number;
  headCount: number;
  trainContextLength: number;
}

/**
 * Sizes from a GGUF file's header; undefined when it lacks what is needed for them. Names of tensors and keys as llama.cpp
 * has them (`llama-arch.cpp`, v0.5.0).
 */
export function readModelSizes({
  architecture,
  numbers,
  tensors,
}: NativeFileOutline): ModelSizes | undefined {
  const number = (key: string): number | undefined => numbers[`${architecture}.${key}`];
  const layerCount = number("block_count");
  const hiddenSize = number("embedding_length");
  const headCount = number("attention.head_count");
  const feedForwardSize = number("feed_forward_length");
  if (!layerCount || !hiddenSize || !headCount || !feedForwardSize) return undefined;

  const layerBytes = Array.from({ length: layerCount }, () => 0);
  let largestTensorBytes = 0;
  for (const { name, sizeBytes } of tensors) {
    const layer = Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? NaN);
    if (!(layer < layerCount)) continue;
    layerBytes[layer] = (layerBytes[layer] ?? 0) + sizeBytes;
    largestTensorBytes = Math.max(largestTensorBytes, sizeBytes);
  }
  const bytesOf = (wanted: string): number => tensors.find(({ name }) => name === wanted)?.sizeBytes ?? 0;
  const headSize = hiddenSize / headCount;
  return {
    layerBytes,
    // Without an output matrix of its own, llama.cpp copies the embedding table to the device of the output layer.
    outputBytes: bytesOf("output_norm.weight") + (bytesOf("output.weight") || bytesOf("token_embd.weight")),
    largestTensorBytes,
    kvElementsPerLayer:
      // A list, with one number per layer, is no number; then the largest it can be.
      (number("attention.head_count_kv") ?? headCount) *
      ((number("attention.key_length") ?? headSize) + (number("attention.value_length") ?? headSize)),
    hiddenSize,
    feedForwardSize,
    headCount,
    trainContextLength: number("context_length") ?? Infinity,
  };
}
