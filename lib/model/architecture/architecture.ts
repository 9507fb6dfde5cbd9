import type { Metadata } from "../../formats/gguf/metadata.js";
import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { ConfigForm, ModelConfig } from "./model-config.js";
import type { RawConfig } from "./raw-config.js";
import type { RopeScaling } from "./rope.js";
import type { TensorRule } from "./transform.js";

/**
 * One family of backbones: how its checkpoint becomes a GGUF that llama.cpp computes the same way. A new one is a file that
 * exports this, a line in `registry.ts`, and its test.
 */
export interface Architecture extends ConfigForm {
  /** llama.cpp's name, `general.architecture`. */
  readonly name: string;
  /** `model_type` values of `config.json`. */
  readonly modelTypes: readonly string[];
  /** Keys of `config.json` that name the activation function; the other family's key is not looked at. */
  readonly activationKeys: readonly string[];
  /** Names of the one activation function that llama.cpp's graph has; the first is transformers' default. */
  readonly activations: readonly string[];
  /**
   * What transformers' configuration class assumes for keys that `config.json` lacks, where that is not what all families
   * assume (`readModelConfig`).
   */
  readonly defaults?: RawConfig;
  /** The family's `config.json` in the words that all others share, where it has its own, or keeps them in a part of it. */
  readonly translate?: (raw: RawConfig) => RawConfig;
  /** Name of the token embedding, without the prefix that all backbone tensors share, where it is not `embed_tokens.weight`. */
  readonly embedding?: string;
  /**
   * A tensor that only this one's files have, where several architectures here are one to llama.cpp: what is converted to Llama's
   * graph without being a Llama.
   */
  readonly marker?: string;
  /** Whether llama.cpp does not load it without an output matrix: then a copy of the embedding, which is never multiplied, is one. */
  readonly needsOutputMatrix?: boolean;
  /** Whether llama.cpp computes this family's sliding window. If not, only inputs that fit the window are scored. */
  readonly hasSlidingWindow: boolean;
  /** Rope scalings that the graph computes as transformers does. (Only some graphs read `rope_freqs.weight`, which `llama3` needs.) */
  readonly ropeScalings: readonly RopeScaling["kind"][];
  /** Whether the graph rotates a part of each head only, when `partial_rotary_factor` asks for it. */
  readonly hasPartialRotation: boolean;
  /** Metadata beyond what all families have; keys without the architecture's name. */
  metadata(config: ModelConfig): [key: string, value: GgufValue][];
  /** The opposite of `metadata`: keys of `config.json` by those of a GGUF. @param key the name of a key with the architecture's */
  readonly readMetadata?: (metadata: Metadata, key: (name: string) => string) => RawConfig;
  /** What users should know of the backbone. */
  readonly notes?: (config: ModelConfig) => readonly string[];
  /**
   * Every tensor but the token embedding, in any order.
   * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when `config.json` asks for something the graph does not compute
   */
  tensors(config: ModelConfig): Iterable<TensorRule>;
}
