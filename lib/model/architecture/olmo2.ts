import type { Architecture } from "./architecture.js";
import { attention, gatedMlp, norm, outputNorm } from "./decoder-tensors.js";
import type { ModelConfig } from "./model-config.js";
import { flag, unsupportedConfig } from "./raw-config.js";
import { noWindow } from "./sliding-window.js";
import type { CopiedTensor } from "./transform.js";

/**
 * OLMo 2: norms behind attention and MLP instead of in front, and over all heads' queries and keys together.
 * Source: transformers modeling_olmo2.py; llama.cpp v0.5.0 src/models/olmo2.cpp.
 */
export const olmo2: Architecture = {
  name: "olmo2",
  modelTypes: ["olmo2"],
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { rms_norm_eps: 1e-5, max_position_embeddings: 2048 },
  needsOutputMatrix: true,
  readWindow: noWindow,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: function* (config) {
    checkHeads(config);
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config);
  },
};

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const { hiddenSize, headCount, kvHeadCount, headDim } = config;
  const from = `layers.${layer}`;
  const to = `blk.${layer}`;
  yield* attention(config, layer, {});
  yield norm(`${to}.attn_q_norm`, `${from}.self_attn.q_norm`, headCount * headDim);
  yield norm(`${to}.attn_k_norm`, `${from}.self_attn.k_norm`, kvHeadCount * headDim);
  yield norm(`${to}.post_attention_norm`, `${from}.post_attention_layernorm`, hiddenSize);
  yield* gatedMlp(config, layer, {});
  yield norm(`${to}.post_ffw_norm`, `${from}.post_feedforward_layernorm`, hiddenSize);
}

function checkHeads({ hiddenSize, headCount, headDim, raw }: ModelConfig): void {
  if (headCount * headDim !== hiddenSize) {
    throw unsupportedConfig(
      `${headCount} heads of size ${headDim} do not make the hidden size ${hiddenSize}, which llama.cpp's olmo2 asks for.`,
      { headCount, headDim, hiddenSize },
    );
  }
  if (flag(raw, "attention_bias")) {
    throw unsupportedConfig("attention_bias: llama.cpp's olmo2 has no bias on the output projection.", {});
  }
}
