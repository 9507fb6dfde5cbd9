import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { Architecture } from "./architecture.js";
import { llama } from "./llama.js";
import { positiveNumber } from "./raw-config.js";

/** GGUF keys by those of `config.json`. Source: llama.cpp v0.5.0 conversion/granite.py, src/llama-arch.cpp. */
const MULTIPLIERS = {
  embedding_multiplier: "embedding_scale",
  residual_multiplier: "residual_scale",
  attention_multiplier: "attention.scale",
  // Only scales logits, which no hidden state depends on; llama.cpp asks for it.
  logits_scaling: "logit_scale",
};

/**
 * Granite 3 and the dense ones of 4: Llama with four multipliers, of which the one for attention takes the place of 1/√head size.
 * Source: transformers modeling_granite.py; llama.cpp v0.5.0 src/models/granite.cpp.
 */
export const granite: Architecture = {
  ...llama,
  name: "granite",
  modelTypes: ["granite"],
  defaults: { max_position_embeddings: 2048 },
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  metadata: ({ raw }) =>
    Object.entries(MULTIPLIERS).map(([name, key]): [string, GgufValue] => [
      key,
      { type: "f32", value: positiveNumber(raw, name, 1) },
    ]),
  readMetadata: (metadata, key) =>
    Object.fromEntries(Object.entries(MULTIPLIERS).map(([name, own]) => [name, metadata.positive(key(own))])),
};
