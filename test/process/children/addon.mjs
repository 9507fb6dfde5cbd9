// What the child processes share: the addon by path, a tiny model, one long decode.
import { createRequire } from "node:module";
import process from "node:process";

const { file, libraries, model: path, prefill = false } = JSON.parse(process.env.LLAMA_REWARD_TEST ?? "{}");

/** The model file of the test. */
export const modelPath = path;

/** Tokens of the long decode. */
export const LENGTH = 1024;

/** Loads the addon and starts llama.cpp. */
export function loadAddon() {
  const addon = createRequire(import.meta.url)(file);
  addon.initialize(libraries);
  return addon;
}

export function startLoading(addon) {
  return addon.loadModel({ path, gpuLayers: 0, devices: [], useMmap: false, prefill }).result;
}

export function makeContext(addon, model) {
  return addon.createContext(model, {
    contextLength: LENGTH,
    batchSize: LENGTH,
    ubatchSize: LENGTH,
    maxOutputs: 1,
    // With kernels of our own, helpers, too.
    threads: prefill ? 2 : 1,
    kvType: "f32",
    flashAttention: "auto",
  });
}

/** One sequence of `length` tokens, its last one an output. */
export function batch(length) {
  const indices = Int32Array.from({ length }, (_, i) => i);
  return {
    tokens: indices.map((i) => 5 + (i % 200)),
    positions: indices,
    sequenceOffsets: Int32Array.from({ length: length + 1 }, (_, i) => i),
    sequenceIds: new Int32Array(length),
    outputs: Int32Array.of(length - 1),
  };
}

/** Loads, decodes `length` tokens and disposes; the hidden state as an array. */
export async function score(addon, length) {
  const model = await startLoading(addon);
  const context = await makeContext(addon, model);
  const rows = await context.decode(batch(length));
  await context.dispose();
  await model.dispose();
  return [...rows];
}
