import type { GgufMetadata } from "../../formats/gguf/gguf-value.js";
import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import type { Architecture } from "./architecture.js";
import { COPY, OUTPUT_MATRIX } from "./decoder-tensors.js";
import { familyConfig, findArchitecture } from "./registry.js";
import { readModelConfig, type ModelConfig } from "./model-config.js";
import { unsupportedConfig, type RawConfig } from "./raw-config.js";
import { llama3Factors } from "./rope.js";
import type { ComputedTensor, CopiedTensor, TensorRule } from "./transform.js";
import { smallest } from "../../util/collections.js";
import { EMBEDDING, checkLayerCount, findPrefix, embeddingRows, findSource } from "./find-sources.js";
import { rotatedSize, hyperparameters } from "./hyperparameters.js";

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
  /** Tensors made from the source of one of `copied` once more, in the same way; they stand at the file's end. */
  repeated: readonly PlannedTensor[];
  /** Tensors that are no part of the backbone: the head's, and what rules drop. */
  leftover: ReadonlyMap<string, StoredTensor>;
  /** What users should know about this backbone. */
  notes: readonly string[];
}

/**
 * Finds a source for every tensor that llama.cpp wants.
 * @throws CheckpointError `CHECKPOINT_INVALID` naming a missing, ill-shaped or non-float tensor; `CHECKPOINT_UNSUPPORTED`
 * when llama.cpp cannot compute this backbone
 */
export function planBackbone(raw: RawConfig, tensors: ReadonlyMap<string, StoredTensor>): BackbonePlan {
  const architecture = findArchitecture(raw);
  const config = readModelConfig(familyConfig(architecture, raw), architecture);
  checkLayerCount(config, tensors);
  const { embedding = EMBEDDING } = architecture;
  const prefix = findPrefix(tensors, embedding);
  const vocabSize = embeddingRows(tensors, prefix + embedding, config);
  const matrix = { source: embedding, shape: [vocabSize, config.hiddenSize], transform: COPY };
  const rules: TensorRule[] = [{ ...matrix, name: "token_embd.weight" }, ...architecture.tensors(config)];
  const planned = (rule: CopiedTensor): PlannedTensor => ({
    ...rule,
    source: prefix + rule.source,
    stored: findSource(tensors, prefix + rule.source, rule),
  });
  const copied = rules.filter((rule) => "source" in rule).map(planned);
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
    repeated: architecture.needsOutputMatrix === true ? [planned({ ...matrix, name: OUTPUT_MATRIX })] : [],
    leftover: new Map([...tensors].filter(([name]) => !used.has(name))),
    notes: [...notes, ...(architecture.notes?.(config) ?? [])],
  };
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
