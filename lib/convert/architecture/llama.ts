import { preNormDecoder } from "./decoder-tensors.js";
import type { Architecture } from "./architecture.js";

/**
 * Llama 1 to 3.2, and Yi, which is the same. Source: transformers modeling_llama.py; llama.cpp src/models/llama.cpp, whose rope is `LLAMA_ROPE_TYPE_NORM`.
 */
export const llama: Architecture = {
  name: "llama",
  modelTypes: ["llama", "yi", "Yi"],
  activations: ["silu"],
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "llama3", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: (config) => {
    const attentionBias = config.raw["attention_bias"] === true;
    return preNormDecoder(config, {
      queryKey: { kind: "interleave-halves", headDim: config.headDim },
      queryKeyValueBias: attentionBias,
      outputBias: attentionBias,
      mlpBias: config.raw["mlp_bias"] === true,
    });
  },
};

/** Llama with a sliding window, which a configuration must switch off. Source: transformers configuration_mistral.py, modeling_mistral.py. */
export const mistral: Architecture = {
  ...llama,
  modelTypes: ["mistral"],
  defaults: { sliding_window: 4096 },
};
