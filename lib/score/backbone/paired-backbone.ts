import type { Backbone } from "./backbone.js";
import type { HiddenOptions } from "./context.js";
import type { HiddenRequest } from "./request.js";

/** What scoring needs of a backbone. */
export type ScoringBackbone = Pick<
  Backbone,
  | "info"
  | "contextInfo"
  | "placement"
  | "stats"
  | "queue"
  | "tokenize"
  | "specialTokens"
  | "longestToken"
  | "hiddenStates"
  | "dispose"
>;

/**
 * Two backbones with one vocabulary that see the same tokens, one after the other: each hidden state is the first one's with the
 * second one's behind it. Each has its own KV cache, so prefixes are shared in both. Tokens are counted once.
 */
export class PairedBackbone implements ScoringBackbone {
  readonly info: Backbone["info"];
  readonly contextInfo: Backbone["contextInfo"];
  readonly placement: Backbone["placement"];
  readonly #first: ScoringBackbone;
  readonly #second: ScoringBackbone;

  constructor(first: ScoringBackbone, second: ScoringBackbone) {
    this.#first = first;
    this.#second = second;
    this.info = { ...first.info, hiddenSize: first.info.hiddenSize + second.info.hiddenSize };
    const contextLength = Math.min(first.contextInfo.contextLength, second.contextInfo.contextLength);
    this.contextInfo = { ...first.contextInfo, contextLength };
    this.placement = joined(first.placement, second.placement);
  }

  get stats(): Backbone["stats"] {
    return this.#first.stats;
  }

  /** Of both: a call waits for one after the other. */
  get queue(): Backbone["queue"] {
    return joinedQueues(this.#first.queue, this.#second.queue);
  }

  tokenize(texts: readonly string[], parseSpecial: Uint8Array): Promise<Int32Array[]> {
    return this.#first.tokenize(texts, parseSpecial);
  }

  specialTokens(): ReturnType<Backbone["specialTokens"]> {
    return this.#first.specialTokens();
  }

  longestToken(): number {
    return this.#first.longestToken();
  }

  async hiddenStates(
    requests: readonly HiddenRequest[],
    options: HiddenOptions = {},
  ): Promise<Float32Array[][]> {
    const firsts = await this.#first.hiddenStates(requests, half(options, 0));
    const seconds = await this.#second.hiddenStates(requests, half(options, 1));
    return firsts.map((states, request) =>
      states.map((state, index) => concatenated(state, seconds[request]?.[index] ?? new Float32Array())),
    );
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#first.dispose(), this.#second.dispose()]);
  }
}

/** Progress through both, of which each is one half. */
function half({ onProgress, ...rest }: HiddenOptions, index: 0 | 1): HiddenOptions {
  if (onProgress === undefined) return rest;
  return {
    ...rest,
    onProgress: (progress) => {
      onProgress({ ...progress, done: Math.floor((index * progress.total + progress.done) / 2) });
    },
  };
}

function concatenated(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function joinedQueues(first: Backbone["queue"], second: Backbone["queue"]): Backbone["queue"] {
  return {
    calls: first.calls + second.calls,
    waiting: first.waiting + second.waiting,
    tokens: first.tokens + second.tokens,
  };
}

/** Where both are: what is exact only where both are. */
function joined(first: Backbone["placement"], second: Backbone["placement"]): Backbone["placement"] {
  const devices = [first, second].flatMap(({ device }) => device.split(" + "));
  return {
    device: [...new Set(devices)].join(" + "),
    gpuLayers: first.gpuLayers + second.gpuLayers,
    layerCount: first.layerCount + second.layerCount,
    kvType: first.kvType === "f16" || second.kvType === "f16" ? "f16" : "f32",
    isPrefilled: first.isPrefilled && second.isPrefilled,
    precision: first.precision === "fast" || second.precision === "fast" ? "fast" : "exact",
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  };
}
