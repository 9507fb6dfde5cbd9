import { readRope, type RopeConfig } from "./rope.js";
import type { WindowReader } from "./sliding-window.js";
import { type RawConfig, positiveInteger, positiveNumber, invalidConfig } from "./raw-config.js";

/** The numbers of a decoder that every architecture needs, from `config.json`. */
export interface ModelConfig {
  hiddenSize: number;
  layerCount: number;
  headCount: number;
  kvHeadCount: number;
  /** Size of one attention head; heads times it need not be the hidden size. */
  headDim: number;
  intermediateSize: number;
  /** Of all norms: RMS norms, or LayerNorm where the family has that. */
  normEps: number;
  /** Longest input the model was made for, in tokens. */
  maxPositions: number;
  /** Tokens a sliding-window layer sees, or null when all layers see everything. */
  slidingWindow: number | null;
  rope: RopeConfig;
  /** Everything else, for an architecture's own keys. */
  raw: RawConfig;
}

/** What of a family decides how its numbers are read. */
export interface ConfigForm {
  /** How the family's `config.json` says that layers have a sliding window. */
  readonly readWindow: WindowReader;
  /** Whether its norms are LayerNorm, with `layer_norm_eps`; else they are RMS norms. */
  readonly hasLayerNorm?: boolean;
}

/** transformers' default of `rms_norm_eps`, where an architecture has none of its own. */
const DEFAULT_NORM_EPS = 1e-6;

/**
 * Reads and checks the numbers of a decoder.
 * @param raw `config.json` with the architecture's own defaults; without one, `head_dim` is hidden size / heads
 * @throws CheckpointError `CHECKPOINT_INVALID` naming the key
 */
export function readModelConfig(
  raw: RawConfig,
  { readWindow, hasLayerNorm = false }: ConfigForm,
): ModelConfig {
  const hiddenSize = positiveInteger(raw, "hidden_size");
  const headCount = positiveInteger(raw, "num_attention_heads");
  const kvHeadCount = positiveInteger(raw, "num_key_value_heads", headCount);
  const headDim = positiveInteger(raw, "head_dim", hiddenSize / headCount);
  if (headCount % kvHeadCount !== 0 || headDim % 2 !== 0) {
    throw invalidConfig(
      `${headCount} attention heads of size ${headDim} cannot share ${kvHeadCount} key/value heads: heads must be a multiple, ` +
        "and the size even.",
      { headCount, kvHeadCount, headDim },
    );
  }
  const maxPositions = positiveInteger(raw, "max_position_embeddings");
  const layerCount = positiveInteger(raw, "num_hidden_layers");
  return {
    hiddenSize,
    layerCount,
    headCount,
    kvHeadCount,
    headDim,
    intermediateSize: positiveInteger(raw, "intermediate_size"),
    normEps: positiveNumber(raw, hasLayerNorm ? "layer_norm_eps" : "rms_norm_eps", DEFAULT_NORM_EPS),
    maxPositions,
    slidingWindow: readWindow(raw, layerCount),
    rope: readRope(raw, maxPositions),
    raw,
  };
}
