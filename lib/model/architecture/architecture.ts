import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { ModelConfig } from "./model-config.js";
import type { RawConfig } from "./raw-config.js";
import type { RopeScaling } from "./rope.js";
import type { WindowReader } from "./sliding-window.js";
import type { TensorRule } from "./transform.js";

/**
 * One family of backbones: how its checkpoint becomes a GGUF that llama.cpp computes the same way. A new one is a file that
 * exports this, a line in `registry.ts`, and its test.
 */
export interface Architecture {
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
  /** How the family's `config.json` says that layers have a sliding window. */
  readonly readWindow: WindowReader;
  /** Whether llama.cpp computes this family's sliding window. If not, only inputs that fit the window are scored. */
  readonly hasSlidingWindow: boolean;
  /** Rope scalings that the graph computes as transformers does. (Only some graphs read `rope_freqs.weight`, which `llama3` needs.) */
  readonly ropeScalings: readonly RopeScaling["kind"][];
  /** Whether the graph rotates a part of each head only, when `partial_rotary_factor` asks for it. */
  readonly hasPartialRotation: boolean;
  /** Metadata beyond what all families have; keys without the architecture's name. */
  metadata(config: ModelConfig): [key: string, value: GgufValue][];
  /**
   * Every tensor but the token embedding, in any order.
   * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when `config.json` asks for something the graph does not compute
   */
  tensors(config: ModelConfig): Iterable<TensorRule>;
}
