import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { Architecture } from "./architecture.js";
import { attention, gatedMlp, norm, normsAround, outputNorm } from "./decoder-tensors.js";
import type { ModelConfig } from "./model-config.js";
import { flag, positiveNumber, unsupportedConfig, type RawConfig } from "./raw-config.js";
import { layerPeriod, windowOfPeriodicLayers } from "./sliding-window.js";
import type { CopiedTensor, Transform } from "./transform.js";

/** llama.cpp takes the layer count for the model's size: with this one it scales attention by hidden size / heads. */
const LAYERS_OF_27B = 62;
const ADD_ONE: Transform = { kind: "add-one" };
const MOST_PERIOD = 1 << 10;

/**
 * Gemma 3, and the text part of those that see images: Gemma 2 without soft caps, with norms on every head's query and key, and
 * two bases of the rotation, one for the layers with a window (five of six), one for the others, which alone may be scaled.
 * Source: transformers 5.24 configuration_gemma3.py, modeling_gemma3.py; llama.cpp v0.5.0 src/models/gemma3.cpp.
 */
export const gemma3: Architecture = {
  name: "gemma3",
  modelTypes: ["gemma3_text", "gemma3"],
  activationKeys: ["hidden_activation"],
  activations: ["gelu_pytorch_tanh"],
  // Published files leave out what is as in the class.
  defaults: {
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 131072,
    sliding_window: 4096,
    query_pre_attn_scalar: 256,
    tie_word_embeddings: true,
  },
  translate: (raw) => withOneRope(textPart(raw)),
  readWindow: windowOfPeriodicLayers,
  hasSlidingWindow: true,
  ropeScalings: ["none", "linear"],
  hasPartialRotation: false,
  metadata: (config) => {
    const { raw, layerCount, slidingWindow } = config;
    const entries: [string, GgufValue][] = [
      ["attention.sliding_window", { type: "u32", value: slidingWindow ?? config.maxPositions }],
      ["attention.sliding_window_pattern", { type: "u32", value: layerPeriod(raw, layerCount) }],
      ["rope.freq_base_swa", { type: "f32", value: positiveNumber(raw, LOCAL_BASE) }],
    ];
    return entries;
  },
  readMetadata: (metadata, key) => ({
    [LOCAL_BASE]: metadata.positive(key("rope.freq_base_swa")),
    sliding_window_pattern: metadata.integer(key("attention.sliding_window_pattern"), 2, MOST_PERIOD),
  }),
  tensors: function* (config) {
    checkAttention(config);
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config, ADD_ONE);
  },
};

/** The base of the rotation in layers with a window, as release 4 of transformers writes it. */
const LOCAL_BASE = "rope_local_base_freq";
/** Source: transformers 5.24 configuration_gemma3.py, `default_theta`. */
const DEFAULT_BASES = { full: 1_000_000, sliding: 10_000 };

/** What counts for the whole model where its text part says it, too. */
const OF_WHOLE_MODEL = ["model_type", "tie_word_embeddings", "id2label", "label2id", "num_labels"];

function textPart(raw: RawConfig): RawConfig {
  const text = objectOf(raw["text_config"]);
  if (text === undefined) return raw;
  const own = Object.entries(raw).filter(([key]) => OF_WHOLE_MODEL.includes(key));
  return { ...raw, ...text, ...Object.fromEntries(own) };
}

/** The rotation of layers without a window in the place where other families have theirs. Source: `convert_rope_params_to_dict`. */
function withOneRope(raw: RawConfig): RawConfig {
  const parameters = objectOf(raw["rope_parameters"]) ?? {};
  const { full_attention: full, sliding_attention: sliding, ...others } = parameters;
  const slidingRope = objectOf(sliding) ?? {};
  const kind = slidingRope["rope_type"] ?? "default";
  if (Object.keys(others).length > 0 || kind !== "default") {
    throw unsupportedConfig(
      "rope_parameters should have full_attention and sliding_attention, the latter without a scaling.",
      { rope_parameters: parameters },
    );
  }
  const fullRope = { ...objectOf(full), ...objectOf(raw["rope_scaling"]) } as RawConfig;
  return {
    ...raw,
    rope_scaling: null,
    rope_theta: undefined,
    rope_parameters: {
      ...fullRope,
      rope_theta: fullRope["rope_theta"] ?? raw["rope_theta"] ?? DEFAULT_BASES.full,
    },
    [LOCAL_BASE]: slidingRope["rope_theta"] ?? raw[LOCAL_BASE] ?? DEFAULT_BASES.sliding,
  };
}

function objectOf(value: unknown): RawConfig | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as RawConfig)
    : undefined;
}

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const from = `layers.${layer}`;
  const to = `blk.${layer}`;
  yield* normsAround(config, layer, ADD_ONE);
  yield norm(`${to}.attn_q_norm`, `${from}.self_attn.q_norm`, config.headDim, ADD_ONE);
  yield norm(`${to}.attn_k_norm`, `${from}.self_attn.k_norm`, config.headDim, ADD_ONE);
  yield* attention(config, layer, {});
  yield* gatedMlp(config, layer, {});
}

/** llama.cpp has its own idea of the attention scale 1/√query_pre_attn_scalar: `f_attention_scale`. */
function checkAttention({ raw, hiddenSize, headCount, headDim, layerCount }: ModelConfig): void {
  const builtIn = layerCount === LAYERS_OF_27B ? Math.floor(hiddenSize / headCount) : headDim;
  const wanted = positiveNumber(raw, "query_pre_attn_scalar", builtIn);
  if (wanted !== builtIn) {
    throw unsupportedConfig(
      `query_pre_attn_scalar is ${wanted}: llama.cpp's gemma3 scales attention by 1/√${builtIn}.`,
      { wanted, builtIn },
    );
  }
  if ((raw["attn_logit_softcapping"] ?? null) !== null) {
    throw unsupportedConfig("attn_logit_softcapping: llama.cpp's gemma3 has no soft cap.", {});
  }
  if (flag(raw, "attention_bias")) {
    throw unsupportedConfig("attention_bias: llama.cpp's gemma3 has no biases.", {});
  }
}
