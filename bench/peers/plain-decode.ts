import { loadBenchAddon } from "../bench-addon.js";
import type { NativeBatch } from "../../lib/score/native/native-addon.js";
import type { Peer, PeerOptions } from "../peer.js";
import { largest } from "../../lib/util/collections.js";

/** Most tokens in one decode: llama.cpp's own default for `n_batch` is larger, its `n_ubatch` is this. */
const BATCH = 512;

/**
 * llama.cpp through the same libraries and addon, without this project's engine.
 *
 * `bare`: `llama_decode` of the distinct tokens, each once, as one sequence (a new one when the cache is full): no hidden states, no head. The limit that no
 * scorer over llama.cpp can beat without computing fewer tokens.
 * `embeddings`: llama.cpp's embeddings mode, one candidate after the other with a cleared cache, as its own tools do it.
 */
export async function start(options: PeerOptions, mode: "bare" | "embeddings"): Promise<Peer> {
  const addon = loadBenchAddon();
  const model = await addon.loadModel({
    path: options.modelPath,
    gpuLayers: options.device === "cpu" ? 0 : 999,
    devices: [],
    useMmap: true,
  }).result;
  const context = await addon.createContext(model, {
    contextLength: options.contextLength,
    batchSize: BATCH,
    ubatchSize: BATCH,
    maxOutputs: mode === "bare" ? 1 : BATCH,
    threads: options.threads,
    kvType: options.kvType,
    flashAttention: "auto",
    ...(mode === "bare" ? { bare: true } : { embeddings: true }),
  });
  const decode = async (tokens: Int32Array): Promise<void> => {
    context.clear();
    let position = 0;
    for (let start = 0; start < tokens.length; start += BATCH) {
      const batch = tokens.subarray(start, start + BATCH);
      // More distinct tokens than the cache has cells: another sequence begins.
      if (position + batch.length > options.contextLength) {
        context.clear();
        position = 0;
      }
      await context.decode(batchOf(batch, position));
      position += batch.length;
    }
  };
  return {
    run: async (candidates) => {
      for (const tokens of mode === "bare" ? [distinctTokens(candidates)] : candidates) await decode(tokens);
      return undefined;
    },
    dispose: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
}

/** Every token of the candidates' prefix tree once: the first candidate whole, of the others what no earlier one shares. */
function distinctTokens(candidates: readonly Int32Array[]): Int32Array {
  const pieces = candidates.map((tokens, index) => {
    const shared = candidates.slice(0, index).map((earlier) => commonPrefix(earlier, tokens));
    return tokens.subarray(largest([0, ...shared]));
  });
  const all = new Int32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function batchOf(tokens: Int32Array, firstPosition: number): NativeBatch {
  return {
    tokens,
    positions: Int32Array.from(tokens, (_, i) => firstPosition + i),
    sequenceOffsets: Int32Array.from({ length: tokens.length + 1 }, (_, i) => i),
    sequenceIds: new Int32Array(tokens.length),
    outputs: Int32Array.of(tokens.length - 1),
  };
}
