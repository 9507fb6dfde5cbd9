// A checkpoint of one small layer with random weights around a full tokenizer.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const HIDDEN = 32;
const INNER = 64;
const HEAD = 16;
const HEADS = 2;

/** @returns {string} the checkpoint's folder */
export function makeCheckpoint({ modelType, rows, template }, tokenizerFolder, folder) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(tokenizerFolder, "tokenizer.json"), path.join(folder, "tokenizer.json"));
  const tokenizer = JSON.parse(readFileSync(path.join(tokenizerFolder, "tokenizer_config.json"), "utf8"));
  if (template !== undefined) tokenizer.chat_template = template;
  writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify(tokenizer));
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(configOf(modelType, rows), null, 2));
  writeFileSync(path.join(folder, "model.safetensors"), safetensors(shapesOf(modelType, rows)));
  return folder;
}

// Soft caps with a fraction: transformers wants floats, and JavaScript writes 30.0 as 30.
function configOf(modelType, rows) {
  const className = {
    llama: "Llama",
    qwen2: "Qwen2",
    qwen3: "Qwen3",
    gemma: "Gemma",
    gemma2: "Gemma2",
    gemma3_text: "Gemma3Text",
  }[modelType];
  return {
    architectures: [`${className}ForSequenceClassification`],
    model_type: modelType,
    vocab_size: rows,
    hidden_size: HIDDEN,
    intermediate_size: INNER,
    num_hidden_layers: 1,
    num_attention_heads: HEADS,
    num_key_value_heads: HEADS,
    head_dim: HEAD,
    hidden_act: modelType.startsWith("gemma") ? "gelu_pytorch_tanh" : "silu",
    ...(modelType.startsWith("gemma") ? { hidden_activation: "gelu_pytorch_tanh" } : {}),
    ...(modelType === "gemma2"
      ? {
          attn_logit_softcapping: 50.5,
          final_logit_softcapping: 30.5,
          query_pre_attn_scalar: HEAD,
          sliding_window: 4096,
        }
      : {}),
    ...(modelType === "gemma3_text" ? { query_pre_attn_scalar: HEAD, sliding_window: 512 } : {}),
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    num_labels: 1,
    id2label: { 0: "LABEL_0" },
    torch_dtype: "float32",
    use_sliding_window: false,
  };
}

function shapesOf(modelType, rows) {
  const layer = "model.layers.0";
  const shapes = {
    "model.embed_tokens.weight": [rows, HIDDEN],
    "model.norm.weight": [HIDDEN],
    "score.weight": [1, HIDDEN],
    [`${layer}.input_layernorm.weight`]: [HIDDEN],
    [`${layer}.post_attention_layernorm.weight`]: [HIDDEN],
    [`${layer}.mlp.gate_proj.weight`]: [INNER, HIDDEN],
    [`${layer}.mlp.up_proj.weight`]: [INNER, HIDDEN],
    [`${layer}.mlp.down_proj.weight`]: [HIDDEN, INNER],
  };
  for (const part of ["q_proj", "k_proj", "v_proj"]) {
    shapes[`${layer}.self_attn.${part}.weight`] = [HEADS * HEAD, HIDDEN];
    if (modelType === "qwen2") shapes[`${layer}.self_attn.${part}.bias`] = [HEADS * HEAD];
  }
  shapes[`${layer}.self_attn.o_proj.weight`] = [HIDDEN, HEADS * HEAD];
  if (modelType === "qwen3" || modelType === "gemma3_text")
    for (const part of ["q_norm", "k_norm"]) shapes[`${layer}.self_attn.${part}.weight`] = [HEAD];
  if (modelType === "gemma2" || modelType === "gemma3_text")
    for (const part of ["pre", "post"]) shapes[`${layer}.${part}_feedforward_layernorm.weight`] = [HIDDEN];
  return shapes;
}

/** Deterministic values between −0.1 and 0.1, and around 1 for norms. */
function safetensors(shapes) {
  const header = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = end;
    end += 4 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  const values = new Float32Array(end / 4);
  let state = 1;
  for (let index = 0; index < values.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[index] = (state / 2 ** 32 - 0.5) / 5;
  }
  return Buffer.concat([size, json, Buffer.from(values.buffer)]);
}
