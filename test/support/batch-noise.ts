import { expect } from "vitest";
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

/**
 * What another run of the same may give, whose batches may be others: a stream's depend on what has been read when one begins.
 * @param value records and the like: rewards count with the digits that are sure, everything else as it is
 */
export function withinNoise(value: unknown): unknown {
  return isOrdered ? value : close(value);
}

function close(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isInteger(value) ? value : (expect.closeTo(value, 3) as unknown);
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, close(field)]));
}
