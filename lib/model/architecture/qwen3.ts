import type { ModelConfig } from "./model-config.js";
import { flag, unsupportedConfig } from "./raw-config.js";
import type { CopiedTensor } from "./transform.js";
import type { Architecture } from "./architecture.js";
import { norm, preNormDecoder } from "./decoder-tensors.js";
import { windowOfSwitchedLayers } from "./sliding-window.js";

/** Qwen 3: norms on every head's query and key. Source: transformers modeling_qwen3.py; llama.cpp src/models/qwen3.cpp. */
export const qwen3: Architecture = {
  name: "qwen3",
  modelTypes: ["qwen3"],
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { head_dim: 128, max_position_embeddings: 32768 },
  readWindow: windowOfSwitchedLayers,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: function* (config) {
    if (flag(config.raw, "attention_bias")) {
      throw unsupportedConfig("attention_bias: llama.cpp's qwen3 has no bias on the output projection.", {});
    }
    yield* preNormDecoder(config, {});
    yield* queryKeyNorms(config);
  },
};

/** Norms of every head. */
export function* queryKeyNorms({ layerCount, headDim }: ModelConfig): Iterable<CopiedTensor> {
  for (let layer = 0; layer < layerCount; layer++) {
    yield norm(`blk.${layer}.attn_q_norm`, `layers.${layer}.self_attn.q_norm`, headDim);
    yield norm(`blk.${layer}.attn_k_norm`, `layers.${layer}.self_attn.k_norm`, headDim);
  }
}
