import type { GgufValue } from "../../weights/gguf-value.js";
import { positiveNumber, unsupportedConfig, type ModelConfig } from "../model-config.js";
import type { CopiedTensor, Transform } from "../transform.js";
import type { Architecture } from "./architecture.js";
import { attention, gatedMlp, norm, outputNorm } from "./decoder-tensors.js";

/** llama.cpp takes the layer count for the model's size: with this one it scales attention by hidden size / heads. */
const LAYERS_OF_27B = 46;
const ADD_ONE: Transform = { kind: "add-one" };

/** Defaults of transformers' Gemma2Config. */
const DEFAULTS = {
  attn_logit_softcapping: 50,
  final_logit_softcapping: 30,
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
};

/**
 * Gemma 2: norms are 1 + w and come after attention and MLP too, every other layer sees a window, attention logits are
 * soft-capped. Source: transformers modeling_gemma2.py; llama.cpp src/models/gemma2.cpp.
 */
export const gemma2: Architecture = {
  name: "gemma2",
  modelTypes: ["gemma2"],
  activations: ["gelu_pytorch_tanh"],
  defaults: { head_dim: 256 },
  hasSlidingWindow: true,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: (config) => {
    const window = config.slidingWindow ?? DEFAULTS.sliding_window;
    const entries: [string, GgufValue][] = [
      ["attention.sliding_window", { type: "u32", value: window }],
      ["attn_logit_softcapping", { type: "f32", value: softCap(config, "attn_logit_softcapping") }],
      ["final_logit_softcapping", { type: "f32", value: softCap(config, "final_logit_softcapping") }],
    ];
    return entries;
  },
  tensors: function* (config) {
    checkLayerTypes(config);
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config, ADD_ONE);
  },
};

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const from = `layers.${layer}`;
  const norms = {
    attn_norm: "input_layernorm",
    post_attention_norm: "post_attention_layernorm",
    ffn_norm: "pre_feedforward_layernorm",
    post_ffw_norm: "post_feedforward_layernorm",
  };
  for (const [name, source] of Object.entries(norms)) {
    yield norm(`blk.${layer}.${name}`, `${from}.${source}`, config.hiddenSize, ADD_ONE);
  }
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

function softCap(config: ModelConfig, key: "attn_logit_softcapping" | "final_logit_softcapping"): number {
  if (config.raw[key] === null) {
    throw unsupportedConfig(`${key} is null: llama.cpp always soft-caps the logits of this architecture.`, {
      key,
    });
  }
  return positiveNumber(config.raw, key, DEFAULTS[key]);
}

/** llama.cpp gives the window to even layers, as transformers did before it had `layer_types`. */
function checkLayerTypes({ raw, layerCount }: ModelConfig): void {
  const types = raw["layer_types"] ?? null;
  if (types === null) return;
  const isAlternating =
    Array.isArray(types) &&
    types.length === layerCount &&
    types.every((type, layer) => type === (layer % 2 === 0 ? "sliding_attention" : "full_attention"));
  if (isAlternating) return;
  throw unsupportedConfig("layer_types do not alternate between sliding and full attention.", {
    layer_types: types,
  });
}
