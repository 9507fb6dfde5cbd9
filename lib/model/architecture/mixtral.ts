import type { Architecture } from "./architecture.js";
import { attention, norm, outputNorm } from "./decoder-tensors.js";
import { EXPERT_MARKER, expertMetadata, experts, readExpertMetadata, type ExpertNames } from "./experts.js";
import { mistral } from "./llama.js";

const NAMES: ExpertNames = {
  count: "num_local_experts",
  block: "block_sparse_moe",
  gate: "w1",
  up: "w3",
  down: "w2",
};

/** Mistral with experts in every layer. Source: transformers configuration_mixtral.py, modeling_mixtral.py; llama.cpp v0.5.0 src/models/llama.cpp. */
export const mixtral: Architecture = {
  ...mistral,
  modelTypes: ["mixtral"],
  marker: EXPERT_MARKER,
  defaults: {
    rope_theta: 1_000_000,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
    num_key_value_heads: 8,
    num_local_experts: 8,
    num_experts_per_tok: 2,
  },
  translate: (raw) => ({ ...raw, num_local_experts: raw["num_local_experts"] ?? raw["num_experts"] ?? 8 }),
  metadata: (config) => expertMetadata(config, NAMES),
  readMetadata: (metadata, key) => readExpertMetadata(metadata, key, NAMES),
  tensors: function* (config) {
    const { hiddenSize, headDim, intermediateSize } = config;
    for (let layer = 0; layer < config.layerCount; layer++) {
      const from = `layers.${layer}`;
      yield norm(`blk.${layer}.attn_norm`, `${from}.input_layernorm`, hiddenSize);
      yield* attention(config, layer, { queryKey: { kind: "interleave-halves", headDim } });
      yield norm(`blk.${layer}.ffn_norm`, `${from}.post_attention_layernorm`, hiddenSize);
      yield* experts(config, layer, NAMES, intermediateSize);
    }
    yield outputNorm(config);
  },
};
