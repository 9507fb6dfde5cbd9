import { readGgufHeader } from "../../formats/gguf/gguf-reader.js";
import { largest } from "../../util/collections.js";
import { loadModel } from "../../score/backbone/load-model.js";
import { fromNative } from "../../score/native/from-native.js";
import { loadAddon } from "../../score/native/binding.js";
import type { NativeBatch, NativeMoments } from "../../score/native/native-addon.js";
import type { Progress } from "../../score/score.js";
import type { ObservedPrompt } from "./reference-set.js";

/** What to run through a model while what its matrices are multiplied with is watched. */
export interface ObserveJob {
  /** An unquantized backbone. */
  file: string;
  prompts: readonly ObservedPrompt[];
  /** Names of matrices of its layers. */
  weights: readonly string[];
  /** Whether products of inputs are summed, too; see `NativeMomentsOptions`. */
  withProducts?: boolean | undefined;
  threads: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Tokens computed at once. */
const BATCH = 256;

/**
 * How much layers heed the scored token, as a multiple of all other tokens of its prompt: from the first layer to the last, evenly in its
 * logarithm. Squares of the reward's gradients by a layer's outputs say so: on SmolLM2-135M those of the scored token are a fifth of all
 * others' together in the first layer, as much in the middle, and a hundred times as much before the last.
 */
const FIRST_HEED = 0.2;
const LAST_HEED = 20;

/** What a layer heeds. @param layers of the model */
function heedOf(layer: number, layers: number): number {
  return FIRST_HEED * (LAST_HEED / FIRST_HEED) ** (layer / Math.max(1, layers - 1));
}

/**
 * Computes prompts, one after the other, by llama.cpp's own kernels on the CPU, which alone can be watched on the way. Every token is
 * an output: of the others llama.cpp leaves out the last layer's matrices.
 * @returns what was seen, for the caller to dispose
 * @throws ModelLoadError, ContextError, DecodeError; `signal.reason`
 */
export async function observeInputs(job: ObserveJob): Promise<NativeMoments> {
  const layers = 1 + largest([...(await readGgufHeader(job.file)).tensors.keys()].map(layerOf));
  const moments = loadAddon().createMoments({
    weights: job.weights,
    heed: Float32Array.from(job.weights, (name) => heedOf(layerOf(name), layers)),
    withProducts: job.withProducts === true,
    threads: job.threads,
  });
  try {
    await runPrompts(job, moments);
    return moments;
  } catch (error) {
    await moments.dispose();
    throw error;
  }
}

/** The layer that a tensor belongs to; 0 for those of none. */
function layerOf(name: string): number {
  return Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
}

async function runPrompts(
  { file, prompts, threads, signal, onProgress }: ObserveJob,
  moments: NativeMoments,
): Promise<void> {
  const addon = loadAddon();
  const model = await loadModel(addon, file, [], { prefill: "off", signal });
  try {
    const contextLength = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 1);
    const batchSize = Math.min(BATCH, contextLength);
    const context = await addon.createContext(model, {
      contextLength,
      batchSize,
      ubatchSize: batchSize,
      maxOutputs: batchSize,
      threads,
      kvType: "f32",
      flashAttention: "off",
      moments,
    });
    try {
      const total = prompts.reduce((sum, { ids }) => sum + ids.length, 0);
      let done = 0;
      for (const prompt of prompts) {
        const { ids } = prompt;
        context.clear();
        for (let start = 0; start < ids.length; start += batchSize) {
          signal?.throwIfAborted();
          const tokens = Int32Array.from(ids.slice(start, start + batchSize));
          moments.weigh(Float32Array.from(tokens, (_, index) => extraAt(prompt, start + index)));
          await context.decode(batchAt(tokens, start));
        }
        done += ids.length;
        onProgress?.({ phase: "observe", unit: "tokens", done, total });
      }
    } finally {
      await context.dispose();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw fromNative(error);
  } finally {
    await model.dispose();
  }
}

/** What a token counts more than others, for a matrix that heeds it once. */
function extraAt({ ids, scored }: ObservedPrompt, position: number): number {
  return position === scored ? ids.length - 1 : 0;
}

/** Tokens of sequence 0 from a position on. */
function batchAt(tokens: Int32Array, start: number): NativeBatch {
  return {
    tokens,
    positions: tokens.map((_, index) => start + index),
    sequenceOffsets: Int32Array.from({ length: tokens.length + 1 }, (_, index) => index),
    sequenceIds: new Int32Array(tokens.length),
    outputs: tokens.map((_, index) => index),
  };
}
