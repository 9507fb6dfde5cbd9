import { loadAddon } from "../native/binding.js";
import { loadHead } from "./load-head.js";
import { nativeDense } from "./native-dense.js";

/**
 * Loads a head as scoring does, and lets it go: what converts or verifies a head has no rules of its own for what can be used.
 * @param section the head's section of `reward.json`
 * @param file `head.safetensors`
 * @throws HeadLoadError `HEAD_INVALID`, also for NaN or infinite weights; `HEAD_MISMATCH`
 */
export async function proveHead(section: { kind: string }, file: string, hiddenSize: number): Promise<void> {
  const { head } = await loadHead(section, file, hiddenSize, nativeDense(loadAddon(), 1));
  await head.dispose();
}
