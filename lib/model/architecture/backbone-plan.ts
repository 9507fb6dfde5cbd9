import { CheckpointError } from "../../errors.js";
import { isFloatDtype } from "../../formats/floats/float-convert.js";
import type { GgufMetadata, GgufValue } from "../../formats/gguf/gguf-value.js";
import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import type { Architecture } from "./architecture.js";
import { COPY } from "./decoder-tensors.js";
import { findArchitecture } from "./registry.js";
import { readModelConfig, type ModelConfig } from "./model-config.js";
import { unsupportedConfig, type RawConfig } from "./raw-config.js";
import { llama3Factors, ropeScalingMetadata } from "./rope.js";
import type { ComputedTensor, CopiedTensor, TensorRule } from "./transform.js";
import { smallest } from "../../util/collections.js";

/** A tensor of the backbone with where it comes from. */
export interface PlannedTensor extends CopiedTensor {
  stored: StoredTensor;
}

/** How the backbone of a checkpoint becomes a GGUF. */
export interface BackbonePlan {
  architecture: Architecture;
  config: ModelConfig;
  /** Rows of the token embedding. */
  vocabSize: number;
  /** Most tokens of an input that llama.cpp computes as the reference does. */
  contextLength: number;
  /** `general.*` and the architecture's own keys: no tokenizer, no file type. */
  metadata: GgufMetadata;
  computed: readonly ComputedTensor[];
  /** In the order of their sources' bytes, so that both files are passed through once, from start to end. */
  copied: readonly PlannedTensor[];
  /** Tensors that are no part of the backbone: the head's, and what rules drop. */
  leftover: ReadonlyMap<string, StoredTensor>;
  /** What users should know about this backbone. */
  notes: readonly string[];
}

const EMBEDDING = "embed_tokens.weight";

/**
 * Finds a source for every tensor that llama.cpp wants.
 * @throws CheckpointError `CHECKPOINT_INVALID` naming a missing, ill-shaped or non-float tensor; `CHECKPOINT_UNSUPPORTED`
 * when llama.cpp cannot compute this backbone
 */
export function planBackbone(raw: RawConfig, tensors: ReadonlyMap<string, StoredTensor>): BackbonePlan {
  const architecture = findArchitecture(raw);
  const config = readModelConfig({ ...architecture.defaults, ...raw }, architecture.readWindow);
  checkLayerCount(config, tensors);
  const prefix = findPrefix(tensors);
  const vocabSize = embeddingRows(tensors, prefix, config);
  const rules: TensorRule[] = [
    { name: "token_embd.weight", source: EMBEDDING, shape: [vocabSize, config.hiddenSize], transform: COPY },
    ...architecture.tensors(config),
  ];
  const copied = rules
    .filter((rule) => "source" in rule)
    .map((rule) => ({
      ...rule,
      source: prefix + rule.source,
      stored: findSource(tensors, prefix + rule.source, rule),
    }));
  // After the tensors: their shapes have proved the sizes of what is computed.
  const computed = [...ropeFactors(architecture, config), ...rules.filter((rule) => "values" in rule)];
  const order = new Map([...tensors.keys()].map((name, index) => [name, index]));
  copied.sort((a, b) => (order.get(a.source) ?? 0) - (order.get(b.source) ?? 0));
  const used = new Set(copied.map(({ source }) => source));
  const { length, notes } = contextLimit(architecture, config);
  return {
    architecture,
    config,
    vocabSize,
    contextLength: length,
    metadata: hyperparameters(architecture, config, vocabSize, length),
    computed,
    copied,
    leftover: new Map([...tensors].filter(([name]) => !used.has(name))),
    notes,
  };
}

/** A number of the configuration sizes no loop before it is compared with what is there. */
function checkLayerCount({ layerCount }: ModelConfig, tensors: ReadonlyMap<string, StoredTensor>): void {
  if (layerCount <= tensors.size) return;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `config.json: num_hidden_layers is ${layerCount}, but the checkpoint has only ${tensors.size} tensors. ` +
      "The files belong to different models, or config.json is damaged: download it again.",
    { details: { layerCount, tensors: tensors.size } },
  );
}

/** What stands in front of every backbone tensor's name: `model.`, nothing, `transformer.`, `model.model.`, … */
function findPrefix(tensors: ReadonlyMap<string, StoredTensor>): string {
  const embeddings = [...tensors.keys()].filter(
    (name) => name === EMBEDDING || name.endsWith(`.${EMBEDDING}`),
  );
  const [embedding, ...others] = embeddings;
  if (embedding === undefined || others.length > 0) {
    const found = embeddings.length === 0 ? "no" : `${embeddings.length} (${embeddings.join(", ")})`;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has ${found} token embedding ${EMBEDDING}, expected one: it is incomplete or holds several models.`,
      { details: { embeddings } },
    );
  }
  return embedding.slice(0, -EMBEDDING.length);
}

/** transformers refuses a checkpoint whose embedding has not `vocab_size` rows, so both must agree. */
function embeddingRows(
  tensors: ReadonlyMap<string, StoredTensor>,
  prefix: string,
  { hiddenSize, raw }: ModelConfig,
): number {
  const shape = tensors.get(prefix + EMBEDDING)?.shape ?? [];
  const [rows = 0, columns] = shape;
  const expected = raw["vocab_size"] ?? rows;
  if (shape.length === 2 && rows > 0 && rows === expected && columns === hiddenSize) return rows;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `Tensor ${prefix}${EMBEDDING} has shape [${shape.join(", ")}], expected [${JSON.stringify(expected)}, ${hiddenSize}] ` +
      "by vocab_size and hidden_size of config.json. The files belong to different models.",
    { details: { tensor: prefix + EMBEDDING, shape, vocabSize: expected, hiddenSize } },
  );
}

function findSource(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  rule: CopiedTensor,
): StoredTensor {
  const stored = tensors.get(name);
  const expected = `[${rule.shape.join(", ")}]`;
  if (stored === undefined) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `Tensor ${name} ${expected} is missing. Download the whole checkpoint again.`,
      { details: { tensor: name, expectedShape: rule.shape } },
    );
  }
  if (
    stored.shape.length !== rule.shape.length ||
    stored.shape.some((size, axis) => size !== rule.shape[axis])
  ) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `Tensor ${name} has shape [${stored.shape.join(", ")}], expected ${expected} by config.json. ` +
        "The files belong to different models.",
      { details: { tensor: name, shape: stored.shape, expectedShape: rule.shape } },
    );
  }
  if (!isFloatDtype(stored.dtype)) {
    throw new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      `Tensor ${name} is stored as ${stored.dtype}, expected F32, F16 or BF16. Use the unquantized checkpoint.`,
      { details: { tensor: name, dtype: stored.dtype } },
    );
  }
  return stored;
}

/** Factors of Llama 3's scaling; checks that llama.cpp computes the rotation at all. */
function ropeFactors(architecture: Architecture, { rope, headDim }: ModelConfig): ComputedTensor[] {
  const { scaling, partialFactor } = rope;
  // Without a scaling these families do not look at the factor at all. Source: transformers 5.24 modeling_llama.py and others,
  // `compute_default_rope_parameters`.
  if (partialFactor !== 1 && !architecture.hasPartialRotation && scaling.kind !== "none") {
    throw unsupportedConfig(`llama.cpp's ${architecture.name} has no partial_rotary_factor.`, {
      partialFactor,
    });
  }
  const rotated = rotatedSize(architecture, { headDim, rope });
  if (rotated % 2 !== 0 || rotated === 0 || rotated > headDim) {
    throw unsupportedConfig(
      `partial_rotary_factor ${partialFactor} makes ${rotated} of ${headDim} values of a head rotate: an even number is needed.`,
      { partialFactor, headDim },
    );
  }
  if (!architecture.ropeScalings.includes(scaling.kind)) {
    throw unsupportedConfig(`llama.cpp's ${architecture.name} has no rope scaling ${scaling.kind}.`, {
      scaling: scaling.kind,
    });
  }
  if (scaling.kind !== "llama3") return [];
  return [{ name: "rope_freqs.weight", values: llama3Factors(rope.theta, headDim, scaling) }];
}

/** The longest input for which a window or a stretched rotation that llama.cpp does not compute makes no difference. */
function contextLimit(
  architecture: Architecture,
  { maxPositions, slidingWindow, rope }: ModelConfig,
): { length: number; notes: string[] } {
  const limits: { length: number; reason: string }[] = [];
  if (slidingWindow !== null && !architecture.hasSlidingWindow) {
    limits.push({ length: slidingWindow, reason: "its sliding attention window" });
  }
  if (rope.scaling.kind === "longrope" || rope.scaling.kind === "dynamic") {
    limits.push({ length: rope.scaling.originalLength, reason: `its ${rope.scaling.kind} rope scaling` });
  }
  const length = smallest([maxPositions, ...limits.map((limit) => limit.length)]);
  const reasons = limits.filter((limit) => limit.length < maxPositions).map((limit) => limit.reason);
  const note =
    `Inputs are limited to ${length} of ${maxPositions} tokens: beyond that llama.cpp does not compute ` +
    `${reasons.join(" and ")} as the reference does.`;
  return { length, notes: reasons.length === 0 ? [] : [note] };
}

/** Values of a head that rotate. */
function rotatedSize(
  { hasPartialRotation }: Architecture,
  { headDim, rope }: Pick<ModelConfig, "headDim" | "rope">,
): number {
  return hasPartialRotation ? Math.floor(headDim * rope.partialFactor) : headDim;
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
    ["attention.layer_norm_rms_epsilon", f32(config.rmsNormEps)],
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
