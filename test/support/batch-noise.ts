import { listDevices } from "../../lib/score/native/devices.js";

/** Whether sums of our kernels go in one order whatever stands in a batch: those of float32, not AMX's, and not llama.cpp's. */
const isOrdered = /^(AVX|NEON)/.test(listDevices().prefill);

/**
 * By how much two scores of one conversation may differ, as shares of their size or of 1, by what they were computed beside.
 * @param name of the checkpoint: llama.cpp's table for Gemma's GELU adds steps
 */
export function batchNoise(name = ""): number {
  if (isOrdered) return 0;
  return name.includes("gemma") ? 2e-3 : 1e-4;
}
