import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { ModelConfig } from "./model-config.js";
import { invalidConfig, unsupportedConfig } from "./raw-config.js";
import type { ComputedTensor, CopiedTensor } from "./transform.js";
import type { Architecture } from "./architecture.js";
import { linear, norm, outputNorm } from "./decoder-tensors.js";
import { windowOfAllLayers } from "./sliding-window.js";

/**
 * Phi-3, 3.5 and 4: query, key and value in one matrix, gate and up in another; llama.cpp keeps them so.
 * Source: transformers modeling_phi3.py; llama.cpp src/models/phi3.cpp.
 */
export const phi3: Architecture = {
  name: "phi3",
  modelTypes: ["phi3"],
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { rms_norm_eps: 1e-5, max_position_embeddings: 4096, original_max_position_embeddings: 4096 },
  // llama.cpp has the code and switches it off.
  readWindow: windowOfAllLayers,
  hasSlidingWindow: false,
  ropeScalings: ["none", "longrope"],
  hasPartialRotation: true,
  metadata: ({ rope: { scaling } }) => {
    // Older llama.cpp takes an absent key for Phi-3 mini's window; zero means none.
    const noWindow: [string, GgufValue] = ["attention.sliding_window", { type: "u32", value: 0 }];
    return scaling.kind === "longrope"
      ? [noWindow, ["rope.scaling.attn_factor", { type: "f32", value: scaling.attentionFactor }]]
      : [noWindow];
  },
  tensors: function* (config) {
    checkHeads(config);
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config);
    yield* ropeFactors(config);
  },
};

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const { hiddenSize, headCount, kvHeadCount, headDim, intermediateSize } = config;
  const from = `layers.${layer}`;
  const fusedSize = (headCount + 2 * kvHeadCount) * headDim;
  yield norm(`blk.${layer}.attn_norm`, `${from}.input_layernorm`, hiddenSize);
  yield* linear(`blk.${layer}.attn_qkv`, `${from}.self_attn.qkv_proj`, [fusedSize, hiddenSize]);
  yield* linear(`blk.${layer}.attn_output`, `${from}.self_attn.o_proj`, [hiddenSize, headCount * headDim]);
  yield norm(`blk.${layer}.ffn_norm`, `${from}.post_attention_layernorm`, hiddenSize);
  yield* linear(`blk.${layer}.ffn_up`, `${from}.mlp.gate_up_proj`, [2 * intermediateSize, hiddenSize]);
  yield* linear(`blk.${layer}.ffn_down`, `${from}.mlp.down_proj`, [hiddenSize, intermediateSize]);
}

/**
 * transformers chooses between short and long factors by the length of each input; llama.cpp chooses once, by the size of the
 * whole context, which also holds other sequences. The short factors stand in both places, and inputs are limited to the
 * length they are for.
 */
function* ropeFactors({ rope, headDim }: ModelConfig): Iterable<ComputedTensor> {
  if (rope.scaling.kind !== "longrope") return;
  const { shortFactors } = rope.scaling;
  const rotated = Math.floor(headDim * rope.partialFactor);
  if (shortFactors.length !== rotated / 2) {
    throw invalidConfig(
      `rope_scaling.short_factor has ${shortFactors.length} factors, expected ${rotated / 2}.`,
      {},
    );
  }
  yield { name: "rope_factors_long.weight", values: shortFactors };
  yield { name: "rope_factors_short.weight", values: shortFactors };
}

function checkHeads({ hiddenSize, headCount, headDim }: ModelConfig): void {
  if (headCount * headDim === hiddenSize) return;
  throw unsupportedConfig(
    `${headCount} heads of size ${headDim} do not make the hidden size ${hiddenSize}, which llama.cpp's phi3 asks for.`,
    { headCount, headDim, hiddenSize },
  );
}
