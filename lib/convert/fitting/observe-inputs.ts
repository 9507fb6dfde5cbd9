import { loadModel } from "../../score/backbone/load-model.js";
import { fromNative } from "../../score/native/from-native.js";
import { loadAddon } from "../../score/native/binding.js";
import type { NativeBatch, NativeMoments } from "../../score/native/native-addon.js";
import type { Progress } from "../../score/score.js";

/** What to run through a model while `moments` watches. */
export interface ObserveJob {
  /** An unquantized backbone. */
  file: string;
  /** Token ids, one list for every prompt. */
  prompts: readonly (readonly number[])[];
  moments: NativeMoments;
  threads: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Tokens computed at once. */
const BATCH = 256;

/**
 * Computes prompts, one after the other, by llama.cpp's own kernels on the CPU, which alone can be watched on the way. Every token is
 * an output: of the others llama.cpp leaves out the last layer's matrices.
 * @throws ModelLoadError, ContextError, DecodeError; `signal.reason`
 */
export async function observeInputs({
  file,
  prompts,
  moments,
  threads,
  signal,
  onProgress,
}: ObserveJob): Promise<void> {
  const addon = loadAddon();
  const model = await loadModel(addon, file, [], { prefill: "off", signal });
  try {
    const contextLength = prompts.reduce((most, { length }) => Math.max(most, length), 1);
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
      const total = prompts.reduce((sum, { length }) => sum + length, 0);
      let done = 0;
      for (const prompt of prompts) {
        context.clear();
        for (let start = 0; start < prompt.length; start += batchSize) {
          signal?.throwIfAborted();
          const tokens = Int32Array.from(prompt.slice(start, start + batchSize));
          await context.decode(batchAt(tokens, start));
        }
        done += prompt.length;
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
