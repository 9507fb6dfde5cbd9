import { DisposedError } from "../../errors.js";
import { fromNative } from "../native/from-native.js";
import type {
  NativeAddon,
  NativeContextInfo,
  NativeModel,
  NativeModelInfo,
  NativeSpecialToken,
} from "../native/native-addon.js";
import { tokenCostInCells } from "./cache-life.js";
import type { QueueState } from "./call-queue.js";
import { BackboneContext, type BackboneStats, type HiddenOptions } from "./context.js";
import { countLayers } from "./layer-plan.js";
import { openBackbone, type BackboneOptions, type OpenBackbone } from "./open-backbone.js";
import type { HiddenRequest } from "./request.js";
import type { KvType } from "./sizing.js";

export type { BackboneOptions } from "./open-backbone.js";

/** Where the layers of a backbone are. */
export interface BackbonePlacement {
  /** llama.cpp's names of the devices with layers on them, `CPU` or e.g. `CUDA0`, `CUDA0 + CUDA1`. */
  device: string;
  /** Layers on GPUs; the others are on the CPU. */
  gpuLayers: number;
  layerCount: number;
  kvType: KvType;
  /** Whether the addon's own kernels compute it. */
  isPrefilled: boolean;
  /** What they multiply: `exact`, float32; `fast`, bfloat16. `exact` without them. */
  precision: "exact" | "fast";
  /** Why less is on a GPU than was hoped for. */
  warnings: readonly string[];
}

/** The transformer of a reward model: text to tokens, tokens to hidden states after the final norm. */
export class Backbone {
  readonly info: NativeModelInfo;
  readonly contextInfo: NativeContextInfo;
  readonly placement: BackbonePlacement;
  readonly #model: NativeModel;
  readonly #context: BackboneContext;
  #disposal: Promise<void> | undefined;

  private constructor({ model, context, kvType, plan, warnings }: OpenBackbone) {
    this.info = model.info;
    this.contextInfo = context.info;
    this.placement = {
      device: plan.map(({ device }) => device.name).join(" + ") || "CPU",
      gpuLayers: countLayers(plan),
      layerCount: model.info.layerCount,
      kvType,
      isPrefilled: model.info.isPrefilled,
      precision: model.info.precision,
      warnings,
    };
    this.#model = model;
    const { gpuLayers, layerCount } = this.placement;
    this.#context = new BackboneContext(
      context,
      model.info.hiddenSize,
      tokenCostInCells(model.info),
      fewestTokens(kvType, gpuLayers < layerCount && !model.info.isPrefilled),
    );
  }

  /**
   * Loads a GGUF file and makes a context for it. Progress has the phase `load`, from 0 to 1.
   * @throws ModelLoadError, ContextError `OUT_OF_MEMORY` or `CONTEXT_FAILED`, InvalidArgumentError; `signal.reason` on abort
   */
  static async load(addon: NativeAddon, path: string, options: BackboneOptions = {}): Promise<Backbone> {
    return new Backbone(await openBackbone(addon, path, options));
  }

  /** Counts of tokens since the load. */
  get stats(): Readonly<BackboneStats> {
    return this.#context.stats;
  }

  /** What waits now. */
  get queue(): QueueState {
    return this.#context.queue;
  }

  /** The native model, for tokenizing. */
  get model(): Pick<NativeModel, "tokenize" | "specialTokens" | "metadata"> {
    return this.#model;
  }

  /**
   * Tokenizes each text on its own, nothing added in front or behind.
   * @param parseSpecial `1` per text: text that spells a control token is that token
   */
  async tokenize(texts: readonly string[], parseSpecial: Uint8Array): Promise<Int32Array[]> {
    this.#checkOpen();
    try {
      return await this.#model.tokenize(texts, parseSpecial);
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** As of the native model. */
  longestToken(): number {
    this.#checkOpen();
    return this.#model.longestToken();
  }

  /** Control and user-defined tokens of the vocabulary. */
  specialTokens(): NativeSpecialToken[] {
    this.#checkOpen();
    return this.#model.specialTokens();
  }

  /**
   * Hidden states after the final norm. Prefixes that requests share, with each other, with other calls or earlier ones, are computed
   * once; calls that wait at the same time share batches.
   * @returns one array per request, one float32 `[hiddenSize]` per position
   * @throws InvalidArgumentError, ConversationError `CONVERSATION_TOO_LONG`, DecodeError, DisposedError; `signal.reason`
   */
  async hiddenStates(
    requests: readonly HiddenRequest[],
    options: HiddenOptions = {},
  ): Promise<Float32Array[][]> {
    this.#checkOpen();
    return this.#context.hiddenStates(requests, options);
  }

  /** Refuses new work, lets the running chunk finish, frees everything. May be called twice. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#context.dispose().then(() => this.#model.dispose());
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #checkOpen(): void {
    if (this.#disposal !== undefined) throw DisposedError.of("The backbone");
  }
}

/** Rows of a tile of ggml's CPU flash attention (`ggml_fa_tile_config::Q`, llama.cpp v0.5.0). */
const TILE_TOKENS = 64;

/**
 * Decodes of fewer tokens than this lose precision. ggml's CPU flash attention computes a tile of tokens in float32, but sums the
 * values of an f16 cache in half precision when there is no whole tile (`ggml_compute_forward_flash_attn_ext_f16`, llama.cpp
 * v0.5.0): over 1,400 cells of random weights the hidden state was then off by 0.7 to 1.8 % instead of 0.1 %.
 * @returns 0 where it makes no difference: nothing is computed by ggml's CPU kernels, or the cache is f32
 */
function fewestTokens(kvType: "f16" | "f32", isOnGgmlCpu: boolean): number {
  return kvType === "f16" && isOnGgmlCpu ? TILE_TOKENS : 0;
}
