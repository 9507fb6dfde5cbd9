/**
 * The whole surface of the native addon, the one place where `lib/` meets C++. A test asserts that the addon's exports
 * match. The addon knows tokens, positions, sequences, the KV cache, hidden states, dense layers and the probabilities of tokens;
 * nothing of messages, templates, heads or rewards.
 *
 * Every promise is one bounded piece of work off the main thread. Errors carry `code` and `details`; `fromNative` in
 * `lib/score/native/from-native.ts` turns them into the typed classes.
 */

import type { NativeBackendInfo, NativeDevice, NativeLibraries } from "./native-backend.js";
import type {
  NativeDenseLayer,
  NativeDenseNetwork,
  NativeOutputMatrix,
  NativeOutputMatrixOptions,
} from "./native-matrices.js";
import type { NativeMoments, NativeMomentsOptions, NativeQuantizeOptions } from "./native-quantize.js";

export type * from "./native-backend.js";
export type * from "./native-matrices.js";
export type * from "./native-quantize.js";

export interface NativeAddon {
  /** llama.cpp version the addon's headers came from, e.g. `"0.5.0"`. */
  readonly headerVersion: string;
  /**
   * Opens llama.cpp's shared libraries, resolves the symbols and loads the backends. Process-wide and once: a later call
   * with the same paths returns the same information, with other paths it throws.
   * @throws `ADDON_NOT_FOUND` a library cannot be opened; `ADDON_INCOMPATIBLE` a symbol is missing or the version differs.
   */
  initialize(libraries: NativeLibraries): NativeBackendInfo;
  /** Compute devices of all loaded backends. */
  devices(): NativeDevice[];
  /** Physical cores that this process may use, on Windows and macOS; 0 elsewhere. */
  physicalCores(): number;
  /** Reads what a GGUF file says about sizes, without loading it. @throws `MODEL_NOT_FOUND`, `MODEL_LOAD_FAILED` */
  readOutline(file: { path: string }): Promise<NativeFileOutline>;
  /** Starts loading a GGUF file. */
  loadModel(options: NativeModelOptions): NativeModelLoad;
  /** Makes a context: KV cache and compute buffers. @throws `CONTEXT_FAILED`, `OUT_OF_MEMORY` */
  createContext(model: NativeModel, options: NativeContextOptions): Promise<NativeContext>;
  /**
   * A stack of dense layers in float32, computed by the CPU backend's matrix multiply: `activation(x · Wᵀ + b)` each.
   * Takes the weights over: they are copied, and their buffers detached, before the call returns. @throws `INVALID_ARGUMENT` when shapes do not chain.
   */
  createDenseNetwork(layers: readonly NativeDenseLayer[], threads: number): Promise<NativeDenseNetwork>;
  /** Makes an output matrix without rows; they are appended. @throws `OUT_OF_MEMORY`, `INVALID_ARGUMENT` */
  createOutputMatrix(options: NativeOutputMatrixOptions): Promise<NativeOutputMatrix>;
  /** Sums up what matrices are multiplied with in the contexts that are made with it. */
  createMoments(options: NativeMomentsOptions): NativeMoments;
  /** Quantizes a GGUF file with llama.cpp's own quantizer. @throws `CONVERSION_FAILED` */
  quantize(options: NativeQuantizeOptions): Promise<void>;
}

/** What a GGUF file says about the sizes of a model. */
export interface NativeFileOutline {
  /** llama.cpp's name of the architecture, empty when the file has none. */
  architecture: string;
  /** Metadata that are unsigned 32-bit numbers, e.g. `llama.block_count`. */
  numbers: Readonly<Record<string, number>>;
  tensors: readonly { name: string; sizeBytes: number }[];
}

export interface NativeModelOptions {
  path: string;
  /**
   * Layers of the transformer placed on GPUs, the last ones; 0 keeps everything on the CPU. The output layer, with the final
   * norm, goes with the last one, on top of the number.
   */
  gpuLayers: number;
  /** Names of the devices to use; empty lets llama.cpp choose among all GPUs. */
  devices: readonly string[];
  /** `[devices]`: how many of those layers each device takes, in order. Default: shared out by free memory. */
  deviceLayers?: Int32Array;
  useMmap: boolean;
  /** Whether the prefill backend computes the model, where it runs and every layer is on the CPU. Default false. */
  prefill?: boolean;
  /** Whether the prefill backend multiplies numbers rounded to bfloat16, where it can (`NativeBackendInfo.fastPrefill`). Default false. */
  fast?: boolean;
  /** Loads no weights: the model only tokenizes, and its dimensions are 0. */
  vocabOnly?: boolean;
}

export interface NativeModelLoad {
  /**
   * @throws `MODEL_NOT_FOUND`; `MODEL_LOAD_FAILED` or `OUT_OF_MEMORY` with the last log lines in `details.log`;
   * `MODEL_LOAD_CANCELLED`.
   */
  readonly result: Promise<NativeModel>;
  /** From 0 to 1. */
  progress(): number;
  /** Asks the load to stop; `result` then rejects with code `MODEL_LOAD_CANCELLED`. */
  cancel(): void;
}

export interface NativeModel {
  readonly info: NativeModelInfo;
  /** A GGUF metadata value as text, or undefined. */
  metadata(key: string): string | undefined;
  /**
   * Tokenizes each text on its own, nothing added in front or behind.
   * @param parseSpecial `1` per text: text that spells a control token is that token; `0`: it is plain text.
   * @returns token ids, one array per text.
   */
  tokenize(texts: readonly string[], parseSpecial: Uint8Array): Promise<Int32Array[]>;
  /** Control and user-defined tokens of the vocabulary by the file's own types, by id, with the texts of the file. */
  specialTokens(): NativeSpecialToken[];
  /** Most characters that one token stands for; bytes, where tokens are spelled in a byte alphabet. */
  longestToken(): number;
  /** Frees the model when its last context is gone. May be called twice. */
  dispose(): Promise<void>;
}

export interface NativeModelInfo {
  architecture: string;
  description: string;
  hiddenSize: number;
  layerCount: number;
  headCount: number;
  kvHeadCount: number;
  vocabSize: number;
  trainContextLength: number;
  slidingWindow: number;
  parameterCount: number;
  sizeBytes: number;
  /** Numbers the KV cache holds per cell, over all layers: times 4 for f32, 2 for f16, gives bytes. */
  kvElementsPerCell: number;
  /** Whether the prefill backend computes it. */
  isPrefilled: boolean;
  /** How it does; `exact` where it does not. */
  precision: "exact" | "fast";
}

export interface NativeSpecialToken {
  id: number;
  text: string;
  isControl: boolean;
}

export interface NativeContextOptions {
  /** KV cells shared by all sequences. */
  contextLength: number;
  /** Most tokens in one decode. */
  batchSize: number;
  /** Most tokens computed at once. */
  ubatchSize: number;
  /** Most output rows in one decode. Bounds the compute buffers. */
  maxOutputs: number;
  threads: number;
  kvType: "f32" | "f16";
  /** `auto` with an f32 cache means off: llama.cpp's flash attention would round the cache to f16 on the way. */
  flashAttention: "auto" | "on" | "off";
  /** Most bytes the KV cache may take; a larger one is refused with `OUT_OF_MEMORY` instead of being tried. */
  maxKvBytes?: number;
  /** Sums up what matrices are multiplied with. The model must be loaded without `prefill`. */
  moments?: NativeMoments;
}

export interface NativeContextInfo {
  contextLength: number;
  batchSize: number;
  ubatchSize: number;
  maxOutputs: number;
  /** Sequence ids are 0 … maxSequences − 1. */
  maxSequences: number;
  threads: number;
}

/** One batch. A token may belong to several sequences: `sequenceIds[sequenceOffsets[i] … sequenceOffsets[i + 1])`. */
export interface NativeBatch {
  /** `[n]` */
  tokens: Int32Array;
  /** `[n]`, position of each token in its sequences */
  positions: Int32Array;
  /** `[n + 1]` */
  sequenceOffsets: Int32Array;
  sequenceIds: Int32Array;
  /** Indices into `tokens`, ascending, whose hidden state is wanted. */
  outputs: Int32Array;
}

export interface NativeContext {
  readonly info: NativeContextInfo;
  /**
   * Computes one batch. Everything that could trip an assertion in llama.cpp is checked first.
   * @returns hidden states after the final norm, float32, row-major `[outputs.length, hiddenSize]`, in the order of `outputs`.
   * @throws `BATCH_INVALID`, `KV_CACHE_FULL`, `DECODE_FAILED`, `OUT_OF_MEMORY`; `DECODE_CANCELLED`; `CONTEXT_BUSY` (one decode at
   * a time). After any of them but the last the sequences of the batch are undefined: remove them; after `DECODE_FAILED` and
   * `OUT_OF_MEMORY` all are.
   */
  decode(batch: NativeBatch): Promise<Float32Array>;
  /**
   * Asks the running decode to stop: on a CPU it does after the node of its graph that is being computed, and rejects with code
   * `DECODE_CANCELLED`. On a GPU, or when it is too late, it ends as always. Does nothing while none runs.
   */
  cancel(): void;
  /**
   * Makes `to` share the cells of `from` at positions `[start, end)`; `end` −1 means all.
   * @throws `INVALID_ARGUMENT` unless `start` is where `to` ends: a sequence never has holes. `CONTEXT_BUSY`
   */
  copySequence(from: number, to: number, start: number, end: number): void;
  /**
   * Drops positions `[start, end)` of a sequence; `end` −1 means all.
   * @throws `INVALID_ARGUMENT` unless the end of the sequence goes too. `CONTEXT_BUSY`
   */
  removeSequence(sequence: number, start: number, end: number): void;
  /**
   * First and last position that the cache holds, both −1 for an empty sequence. In a model with a sliding window `first`
   * can become greater than 0: llama.cpp may reuse cells that left the window. Such a sequence goes on at its end, but
   * when it is cut back so far that the window of its new end is incomplete, `decode` answers `BATCH_INVALID`.
   */
  sequenceRange(sequence: number): { first: number; last: number };
  /**
   * Drops every sequence.
   * @param wipe overwrites what the cells held, too. NaN and infinity must not stay: attention gives other sequences' cells and
   * free ones a weight of zero, and zero times either is NaN.
   */
  clear(wipe?: boolean): void;
  dispose(): Promise<void>;
}
