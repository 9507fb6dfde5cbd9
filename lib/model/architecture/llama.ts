import type { ModelConfig } from "./model-config.js";
import { flag } from "./raw-config.js";
import type { CopiedTensor } from "./transform.js";
import { preNormDecoder } from "./decoder-tensors.js";
import type { Architecture } from "./architecture.js";
import { noWindow, windowOfAllLayers } from "./sliding-window.js";

/**
 * Llama 1 to 3.2, and Yi, which is the same. Source: transformers modeling_llama.py; llama.cpp src/models/llama.cpp, whose rope is `LLAMA_ROPE_TYPE_NORM`.
 */
export const llama: Architecture = {
  name: "llama",
  modelTypes: ["llama", "yi", "Yi"],
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { max_position_embeddings: 2048 },
  readWindow: noWindow,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "llama3", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: (config) =>
    llamaDecoder(config, {
      hasAttentionBias: flag(config.raw, "attention_bias"),
      hasMlpBias: flag(config.raw, "mlp_bias"),
    }),
};

/** Llama without biases, whatever the configuration says of them, and with a sliding window in every layer, which a configuration must switch off by `"sliding_window": null`. Source: transformers configuration_mistral.py, modeling_mistral.py. */
export const mistral: Architecture = {
  ...llama,
  modelTypes: ["mistral"],
  readWindow: windowOfAllLayers,
  defaults: { sliding_window: 4096, max_position_embeddings: 131072 },
  tensors: (config) => llamaDecoder(config, { hasAttentionBias: false, hasMlpBias: false }),
};

function llamaDecoder(
  config: ModelConfig,
  { hasAttentionBias, hasMlpBias }: { hasAttentionBias: boolean; hasMlpBias: boolean },
): Iterable<CopiedTensor> {
  return preNormDecoder(config, {
    queryKey: { kind: "interleave-halves", headDim: config.headDim },
    queryKeyValueBias: hasAttentionBias,
    outputBias: hasAttentionBias,
    mlpBias: hasMlpBias,
  });
}
