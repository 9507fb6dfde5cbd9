import type { Architecture } from "./architecture.js";
import { attention, norm, outputNorm } from "./decoder-tensors.js";
import { expertMetadata, experts, readExpertMetadata, type ExpertNames } from "./experts.js";
import type { ModelConfig } from "./model-config.js";
import { qwen3, queryKeyNorms } from "./qwen3.js";
import { flag, positiveInteger, unsupportedConfig } from "./raw-config.js";

const NAMES: ExpertNames = {
  count: "num_experts",
  block: "mlp",
  gate: "gate_proj",
  up: "up_proj",
  down: "down_proj",
};

/** Far above every published model. */
const MOST_INNER = 1 << 20;

/**
 * Qwen 3 with experts in every layer. Source: transformers modeling_qwen3_moe.py; llama.cpp v0.5.0 src/models/qwen3moe.cpp, which
 * always takes experts' shares of their sum (`norm_topk_prob`).
 */
export const qwen3moe: Architecture = {
  ...qwen3,
  name: "qwen3moe",
  modelTypes: ["qwen3_moe"],
  defaults: {
    intermediate_size: 6144,
    moe_intermediate_size: 768,
    num_experts_per_tok: 8,
    max_position_embeddings: 32768,
  },
  translate: (raw) => ({ ...raw, num_experts: raw["num_experts"] ?? raw["num_local_experts"] }),
  metadata: (config) => [
    ...expertMetadata(config, NAMES),
    ["expert_feed_forward_length", { type: "u32", value: innerSize(config) }],
  ],
  readMetadata: (metadata, key) => ({
    ...readExpertMetadata(metadata, key, NAMES),
    moe_intermediate_size: metadata.integer(key("expert_feed_forward_length"), 1, MOST_INNER),
    norm_topk_prob: true,
  }),
  tensors: function* (config) {
    checkLayers(config);
    for (let layer = 0; layer < config.layerCount; layer++) {
      const from = `layers.${layer}`;
      yield norm(`blk.${layer}.attn_norm`, `${from}.input_layernorm`, config.hiddenSize);
      yield* attention(config, layer, {});
      yield norm(`blk.${layer}.ffn_norm`, `${from}.post_attention_layernorm`, config.hiddenSize);
      yield* experts(config, layer, NAMES, innerSize(config));
    }
    yield outputNorm(config);
    yield* queryKeyNorms(config);
  },
};

function innerSize({ raw }: ModelConfig): number {
  return positiveInteger(raw, "moe_intermediate_size");
}

function checkLayers({ raw }: ModelConfig): void {
  if (flag(raw, "attention_bias")) {
    throw unsupportedConfig("attention_bias: llama.cpp's qwen3moe has no biases.", {});
  }
  if (!flag(raw, "norm_topk_prob")) {
    throw unsupportedConfig(
      "norm_topk_prob is false: llama.cpp's qwen3moe always takes shares of the sum.",
      {},
    );
  }
  const dense = (raw["mlp_only_layers"] ?? []) as unknown;
  const isDense = !Array.isArray(dense) || dense.length > 0;
  if (!isDense && positiveInteger(raw, "decoder_sparse_step", 1) === 1) return;
  throw unsupportedConfig(
    "Some layers have no experts (mlp_only_layers, decoder_sparse_step), which llama.cpp's qwen3moe does not know.",
    {},
  );
}
