import { normKey } from "../architecture/hyperparameters.js";
import type { Architecture } from "../architecture/architecture.js";
import type { ModelConfig } from "../architecture/model-config.js";
import type { RopeScaling } from "../architecture/rope.js";
import type { Metadata } from "../../formats/gguf/metadata.js";

/** What a backbone's metadata says about its shape: what the converter knew when it wrote them. */
export interface Hyperparameters {
  config: ModelConfig;
  vocabSize: number;
  contextLength: number;
}

/** llama.cpp v0.5.0, `LLAMA_MAX_LAYERS`. */
const MAX_LAYERS = 512;
/** Far above every published decoder; together they keep products of sizes exact. */
const MAX_WIDTH = 1 << 20;
const MAX_HEADS = 1 << 12;
const MAX_HEAD_SIZE = 1 << 12;
const MAX_VOCABULARY = 1 << 23;
const MAX_POSITIONS = 2 ** 31 - 1;

/**
 * Reads the hyperparameters back. What is missing or out of range is noted in `metadata.faults`; then the result means nothing.
 * @param tensorNames tell what no key tells: biases, and factors of the rotation
 */
export function readHyperparameters(
  metadata: Metadata,
  architecture: Architecture,
  tensorNames: ReadonlySet<string>,
): Hyperparameters {
  const key = (name: string): string => `${architecture.name}.${name}`;
  const headDim = metadata.integer(key("attention.key_length"), 2, MAX_HEAD_SIZE);
  const contextLength = metadata.integer(key("context_length"), 1, MAX_POSITIONS);
  const headCount = metadata.integer(key("attention.head_count"), 1, MAX_HEADS);
  const kvHeadCount = metadata.integer(key("attention.head_count_kv"), 1, MAX_HEADS);
  if (headCount % kvHeadCount !== 0 || headDim % 2 !== 0) {
    metadata.faults.push(
      `${headCount} attention heads of size ${headDim} cannot share ${kvHeadCount} key/value heads`,
    );
  }
  const rotated = metadata.integer(key("rope.dimension_count"), 2, MAX_HEAD_SIZE);
  if (rotated % 2 !== 0 || rotated > headDim) {
    metadata.faults.push(`a rotation of ${rotated} dimensions does not fit heads of size ${headDim}`);
  }
  const config: ModelConfig = {
    hiddenSize: metadata.integer(key("embedding_length"), 1, MAX_WIDTH),
    layerCount: metadata.integer(key("block_count"), 1, MAX_LAYERS),
    headCount,
    kvHeadCount,
    headDim,
    intermediateSize: metadata.integer(key("feed_forward_length"), 1, MAX_WIDTH),
    normEps: metadata.positive(key(normKey(architecture))),
    maxPositions: contextLength,
    slidingWindow: architecture.hasSlidingWindow
      ? metadata.integer(key("attention.sliding_window"), 1, MAX_POSITIONS)
      : null,
    rope: {
      theta: metadata.positive(key("rope.freq_base")),
      // The converter rounds the product down.
      partialFactor: architecture.hasPartialRotation ? (rotated + 0.5) / headDim : 1,
      scaling: readScaling(metadata, key, tensorNames, { contextLength, rotated }),
    },
    raw: { ...readRaw(metadata, key, tensorNames), ...architecture.readMetadata?.(metadata, key) },
  };
  return {
    config,
    vocabSize: metadata.integer(key("vocab_size"), 1, MAX_VOCABULARY),
    contextLength,
  };
}

/** Settings of `config.json` that decide which tensors and keys there are, by what there is. */
function readRaw(
  metadata: Metadata,
  key: (name: string) => string,
  tensorNames: ReadonlySet<string>,
): Record<string, unknown> {
  const caps = ["attn_logit_softcapping", "final_logit_softcapping"].filter((name) =>
    metadata.has(key(name)),
  );
  return {
    attention_bias: tensorNames.has("blk.0.attn_output.bias"),
    mlp_bias: tensorNames.has("blk.0.ffn_down.bias"),
    ...Object.fromEntries(caps.map((name) => [name, metadata.positive(key(name))])),
  };
}

function readScaling(
  metadata: Metadata,
  key: (name: string) => string,
  tensorNames: ReadonlySet<string>,
  { contextLength, rotated }: { contextLength: number; rotated: number },
): RopeScaling {
  const attentionKey = key("rope.scaling.attn_factor");
  if (tensorNames.has("rope_factors_short.weight")) {
    const factors = new Float32Array(Math.floor(rotated / 2));
    return {
      kind: "longrope",
      shortFactors: factors,
      longFactors: factors,
      originalLength: contextLength,
      attentionFactor: metadata.positive(attentionKey),
    };
  }
  if (tensorNames.has("rope_freqs.weight")) {
    // What the factors were computed from is not in the file.
    return { kind: "llama3", factor: 1, lowFactor: 1, highFactor: 2, originalLength: contextLength };
  }
  if (!metadata.has(key("rope.scaling.type"))) return { kind: "none" };
  const type = metadata.text(key("rope.scaling.type"));
  const factor = metadata.positive(key("rope.scaling.factor"));
  if (type === "linear") return { kind: "linear", factor };
  if (type !== "yarn") metadata.faults.push(`${key("rope.scaling.type")} is ${JSON.stringify(type)}`);
  // As in `ropeScalingMetadata`.
  const builtIn = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
  return {
    kind: "yarn",
    factor,
    originalLength: metadata.integer(key("rope.scaling.original_context_length"), 1, MAX_POSITIONS),
    attentionFactor: metadata.has(attentionKey) ? metadata.positive(attentionKey) * builtIn : undefined,
  };
}
