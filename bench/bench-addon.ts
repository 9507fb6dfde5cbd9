import { createRequire } from "node:module";
import path from "node:path";
import { loadAddonDetails } from "../lib/score/native/binding.js";
import type {
  NativeAddon,
  NativeContext,
  NativeContextOptions,
  NativeModel,
} from "../lib/score/native/native-addon.js";

/** Where the rows of a decode come from, when not from the capture that scoring uses. */
export interface BenchContextOptions extends NativeContextOptions {
  /** llama.cpp's own embeddings path, every token an output. */
  embeddings?: boolean;
  /** Plain `llama_decode` with its logits; decode then gives an empty array. */
  bare?: boolean;
  /** A decode cancels itself when so many nodes of its graph are computed. */
  cancelAfterNodes?: number;
}

/** The addon with what only comparisons need. */
export interface BenchAddon extends NativeAddon {
  createContext(model: NativeModel, options: BenchContextOptions): Promise<NativeContext>;
  /**
   * Lets allocations of the addon's own code on other threads fail: the `first`th from now and those that follow it, `count` in
   * all; a `count` of 0 ends it. Works on Linux only.
   * @returns how many the last such call has let fail
   */
  failAllocations(first: number, count: number): number;
}

/**
 * The benchmark's own addon, built beside the one that is shipped from the same object files and `bench/native`, with the same
 * llama.cpp running.
 */
export function loadBenchAddon(): BenchAddon {
  const { file, libraries } = loadAddonDetails();
  const require = createRequire(import.meta.url);
  const addon = require(path.join(path.dirname(file), "llama-reward-bench.node")) as BenchAddon;
  addon.initialize(libraries);
  return addon;
}
