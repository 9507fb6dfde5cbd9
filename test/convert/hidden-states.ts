import { loadAddon } from "../../lib/score/native/binding.js";

/** Hidden states after the final norm that llama.cpp computes from a GGUF, one row per position asked for. */
export async function hiddenStates(
  file: string,
  tokens: readonly number[],
  outputs: readonly number[],
): Promise<Float32Array> {
  const addon = loadAddon();
  const model = await addon.loadModel({ path: file, gpuLayers: 0, devices: [], useMmap: true }).result;
  const context = await addon.createContext(model, {
    contextLength: 128,
    batchSize: 128,
    ubatchSize: 128,
    maxOutputs: outputs.length,
    threads: 1,
    kvType: "f32",
    flashAttention: "off",
  });
  const count = tokens.length;
  const rows = await context.decode({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from({ length: count }, (_, index) => index),
    sequenceOffsets: Int32Array.from({ length: count + 1 }, (_, index) => index),
    sequenceIds: new Int32Array(count),
    outputs: Int32Array.from(outputs),
  });
  await context.dispose();
  await model.dispose();
  return rows;
}
