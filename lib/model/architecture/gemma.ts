import type { Architecture } from "./architecture.js";
import { preNormDecoder } from "./decoder-tensors.js";
import { noWindow } from "./sliding-window.js";

/** Gemma 1. Source: transformers modeling_gemma.py (norms are 1 + w); llama.cpp src/models/gemma.cpp. */
export const gemma: Architecture = {
  name: "gemma",
  modelTypes: ["gemma"],
  // Configurations from before `hidden_activation` say `gelu` and mean the tanh approximation.
  activationKeys: ["hidden_act", "hidden_activation"],
  activations: ["gelu_pytorch_tanh", "gelu"],
  defaults: { head_dim: 256, tie_word_embeddings: true, max_position_embeddings: 8192 },
  readWindow: noWindow,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic", "yarn"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: (config) => preNormDecoder(config, { norm: { kind: "add-one" } }),
};
