import type { GgufMetadata, GgufValue } from "../../formats/gguf/gguf-value.js";
import type { Architecture } from "./architecture.js";
import type { ModelConfig } from "./model-config.js";
import { ropeScalingMetadata } from "./rope.js";

/** Values of a head that rotate. */
export function rotatedSize(
  { hasPartialRotation }: Architecture,
  { headDim, rope }: Pick<ModelConfig, "headDim" | "rope">,
): number {
  return hasPartialRotation ? Math.floor(headDim * rope.partialFactor) : headDim;
}

/** The key of the norms' epsilon. Source: llama.cpp v0.5.0 src/llama-arch.cpp, `LLM_KV_ATTENTION_LAYERNORM_EPS` and `_RMS_EPS`. */
export function normKey({ hasLayerNorm }: Architecture): string {
  return hasLayerNorm === true ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
}

/** `general.*` and the architecture's own keys: those that llama.cpp reads for every decoder. Source: `llama_model_base::load_hparams` and gguf-py's constants. */
export function hyperparameters(
  architecture: Architecture,
  config: ModelConfig,
  vocabSize: number,
  contextLength: number,
): GgufMetadata {
  const u32 = (value: number): GgufValue => ({ type: "u32", value });
  const f32 = (value: number): GgufValue => ({ type: "f32", value });
  const own: [string, GgufValue][] = [
    ["vocab_size", u32(vocabSize)],
    ["context_length", u32(contextLength)],
    ["embedding_length", u32(config.hiddenSize)],
    ["block_count", u32(config.layerCount)],
    ["feed_forward_length", u32(config.intermediateSize)],
    ["attention.head_count", u32(config.headCount)],
    ["attention.head_count_kv", u32(config.kvHeadCount)],
    ["attention.key_length", u32(config.headDim)],
    ["attention.value_length", u32(config.headDim)],
    [normKey(architecture), f32(config.normEps)],
    ["rope.dimension_count", u32(rotatedSize(architecture, config))],
    ["rope.freq_base", f32(config.rope.theta)],
    ...ropeScalingMetadata(config.rope.scaling),
    ...architecture.metadata(config),
  ];
  return new Map([
    ["general.architecture", { type: "string", value: architecture.name }],
    ["general.type", { type: "string", value: "model" }],
    ...own.map(([key, value]): [string, GgufValue] => [`${architecture.name}.${key}`, value]),
  ]);
}
