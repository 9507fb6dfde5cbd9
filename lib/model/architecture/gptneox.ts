import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { Architecture } from "./architecture.js";
import { linear, norm } from "./decoder-tensors.js";
import type { ModelConfig } from "./model-config.js";
import { flag, unsupportedConfig } from "./raw-config.js";
import { noWindow } from "./sliding-window.js";
import type { CopiedTensor } from "./transform.js";

/**
 * GPT-NeoX (Pythia): LayerNorm, biases everywhere, queries, keys and values of a head side by side, attention and MLP beside
 * each other. Source: transformers modeling_gpt_neox.py; llama.cpp v0.5.0 src/models/gptneox.cpp.
 */
export const gptneox: Architecture = {
  name: "gptneox",
  modelTypes: ["gpt_neox"],
  embedding: "embed_in.weight",
  activationKeys: ["hidden_act"],
  activations: ["gelu", "gelu_fast", "gelu_new", "gelu_pytorch_tanh"],
  defaults: {
    attention_bias: true,
    use_parallel_residual: true,
    layer_norm_eps: 1e-5,
    max_position_embeddings: 2048,
  },
  translate: (raw) => ({
    ...raw,
    rope_theta: raw["rotary_emb_base"] ?? raw["rope_theta"],
    partial_rotary_factor: raw["rotary_pct"] ?? raw["partial_rotary_factor"] ?? DEFAULT_ROTATED,
  }),
  hasLayerNorm: true,
  needsOutputMatrix: true,
  readWindow: noWindow,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic"],
  hasPartialRotation: true,
  metadata: ({ raw }) => {
    const isParallel: GgufValue = { type: "bool", value: flag(raw, "use_parallel_residual") };
    return [["use_parallel_residual", isParallel]];
  },
  readMetadata: (metadata, key) => ({
    use_parallel_residual: metadata.boolean(key("use_parallel_residual")),
  }),
  // Measured on random decoders of 12 layers: 5e-4 of the hidden states with ggml's table, 3e-4 without.
  notes: ({ raw }) =>
    (raw["hidden_act"] ?? "gelu") === "gelu"
      ? [
          "llama.cpp computes this architecture's GELU by its tanh form: rewards differ from the reference's by about 0.0005 of their size.",
        ]
      : [],
  tensors: function* (config) {
    checkHeads(config);
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield* layerNorm("output_norm", "final_layer_norm", config.hiddenSize);
  },
};

/** Source: transformers 5.24 configuration_gpt_neox.py, `rotary_pct`. */
const DEFAULT_ROTATED = 0.25;

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const { hiddenSize, headCount, headDim, intermediateSize } = config;
  const from = `layers.${layer}`;
  const to = `blk.${layer}`;
  yield* layerNorm(`${to}.attn_norm`, `${from}.input_layernorm`, hiddenSize);
  yield* linear(`${to}.attn_qkv`, `${from}.attention.query_key_value`, [3 * hiddenSize, hiddenSize], {
    bias: true,
    transform: { kind: "ungroup-heads", groups: headCount, queries: 1, headDim, interleaves: false },
  });
  yield* linear(`${to}.attn_output`, `${from}.attention.dense`, [hiddenSize, hiddenSize], { bias: true });
  yield* layerNorm(`${to}.ffn_norm`, `${from}.post_attention_layernorm`, hiddenSize);
  yield* linear(`${to}.ffn_up`, `${from}.mlp.dense_h_to_4h`, [intermediateSize, hiddenSize], { bias: true });
  yield* linear(`${to}.ffn_down`, `${from}.mlp.dense_4h_to_h`, [hiddenSize, intermediateSize], {
    bias: true,
  });
}

/** A LayerNorm's weight and bias. */
function layerNorm(name: string, source: string, size: number): CopiedTensor[] {
  const weight = norm(name, source, size);
  return [weight, { ...weight, name: `${name}.bias`, source: `${source}.bias` }];
}

function checkHeads({ hiddenSize, headCount, kvHeadCount, headDim, raw }: ModelConfig): void {
  if (headCount * headDim !== hiddenSize || kvHeadCount !== headCount) {
    throw unsupportedConfig(
      `${headCount} heads of size ${headDim} do not make the hidden size ${hiddenSize}, which llama.cpp's gptneox asks for.`,
      { headCount, headDim, hiddenSize },
    );
  }
  if (flag(raw, "attention_bias")) return;
  throw unsupportedConfig("attention_bias is false: llama.cpp's gptneox asks for biases.", {});
}
