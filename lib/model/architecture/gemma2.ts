import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { ModelConfig } from "./model-config.js";
import { positiveNumber, unsupportedConfig } from "./raw-config.js";
import type { CopiedTensor, Transform } from "./transform.js";
import type { Architecture } from "./architecture.js";
import { attention, gatedMlp, normsAround, outputNorm } from "./decoder-tensors.js";
import { windowOfAlternateLayers } from "./sliding-window.js";

/** llama.cpp takes the layer count for the model's size: with this one it scales attention by hidden size / heads. */
const LAYERS_OF_27B = 46;
const ADD_ONE: Transform = { kind: "add-one" };

/** Defaults of transformers' Gemma2Config. */
const DEFAULTS = {
  attn_logit_softcapping: 50,
  final_logit_softcapping: 30,
  query_pre_attn_scalar: 256,
};

/**
 * Gemma 2: norms are 1 + w and come after attention and MLP too, every other layer sees a window, attention logits are
 * soft-capped. Source: transformers modeling_gemma2.py; llama.cpp src/models/gemma2.cpp.
 */
export const gemma2: Architecture = {
  name: "gemma2",
  modelTypes: ["gemma2"],
  activationKeys: ["hidden_activation"],
  activations: ["gelu_pytorch_tanh"],
  defaults: { head_dim: 256, sliding_window: 4096, tie_word_embeddings: true, max_position_embeddings: 8192 },
  readWindow: windowOfAlternateLayers,
  hasSlidingWindow: true,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: (config) => {
    // A window as long as any input is none; llama.cpp asks for one.
    const window = config.slidingWindow ?? config.maxPositions;
    const entries: [string, GgufValue][] = [
      ["attention.sliding_window", { type: "u32", value: window }],
      ["attn_logit_softcapping", { type: "f32", value: attentionCap(config) }],
      // Only caps logits, which no hidden state depends on; llama.cpp asks for a number.
      ["final_logit_softcapping", { type: "f32", value: finalCap(config) }],
    ];
    return entries;
  },
  tensors: function* (config) {
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config, ADD_ONE);
  },
};

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  yield* normsAround(config, layer, ADD_ONE);
  const factor = queryFactor(config);
  for (const tensor of attention(config, layer, {})) {
    const isScaled = factor !== 1 && tensor.name.endsWith("attn_q.weight");
    yield isScaled ? { ...tensor, transform: { kind: "scale", factor } } : tensor;
  }
  yield* gatedMlp(config, layer, {});
}

/**
 * What queries must be multiplied by, because llama.cpp has its own idea of the attention scale 1/√query_pre_attn_scalar.
 * Source: `f_attention_scale` in src/models/gemma2.cpp.
 */
function queryFactor(config: ModelConfig): number {
  const wanted = positiveNumber(config.raw, "query_pre_attn_scalar", DEFAULTS.query_pre_attn_scalar);
  const isTaken27B = config.layerCount === LAYERS_OF_27B;
  const builtIn = isTaken27B ? Math.floor(config.hiddenSize / config.headCount) : config.headDim;
  return Math.sqrt(builtIn / wanted);
}

function attentionCap({ raw }: ModelConfig): number {
  if (raw["attn_logit_softcapping"] === null) {
    throw unsupportedConfig(
      "attn_logit_softcapping is null: llama.cpp always soft-caps the attention of this architecture.",
      {},
    );
  }
  return positiveNumber(raw, "attn_logit_softcapping", DEFAULTS.attn_logit_softcapping);
}

function finalCap({ raw }: ModelConfig): number {
  return positiveNumber(raw, "final_logit_softcapping", DEFAULTS.final_logit_softcapping);
}
