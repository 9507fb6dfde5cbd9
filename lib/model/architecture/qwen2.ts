import { unsupportedConfig } from "./raw-config.js";
import type { Architecture } from "./architecture.js";
import { preNormDecoder } from "./decoder-tensors.js";
import { windowOfSwitchedLayers } from "./sliding-window.js";

/** Qwen 2 and 2.5: biases on query, key and value. Source: transformers modeling_qwen2.py; llama.cpp src/models/qwen2.cpp. */
export const qwen2: Architecture = {
  name: "qwen2",
  modelTypes: ["qwen2"],
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { max_position_embeddings: 32768 },
  readWindow: windowOfSwitchedLayers,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: (config) => {
    const { hiddenSize, headCount, headDim } = config;
    if (headCount * headDim !== hiddenSize) {
      throw unsupportedConfig(
        `${headCount} heads of size ${headDim} do not make the hidden size ${hiddenSize}, which llama.cpp's qwen2 asks for.`,
        { headCount, headDim, hiddenSize },
      );
    }
    return preNormDecoder(config, { queryKeyValueBias: true });
  },
};
