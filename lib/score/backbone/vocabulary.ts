import { fromNative } from "../native/from-native.js";
import type { NativeAddon, NativeModel } from "../native/native-addon.js";

/**
 * Works with a GGUF file's tokenizer, without loading its weights.
 * @throws ModelLoadError, and whatever `work` throws
 */
export async function withVocabulary<T>(
  addon: NativeAddon,
  path: string,
  work: (model: Pick<NativeModel, "tokenize" | "specialTokens" | "longestToken">) => Promise<T>,
): Promise<T> {
  try {
    const load = addon.loadModel({ path, gpuLayers: 0, devices: [], useMmap: true, vocabOnly: true });
    const model = await load.result;
    try {
      return await work(model);
    } finally {
      await model.dispose();
    }
  } catch (error) {
    throw fromNative(error);
  }
}
