import type { FloatDtype } from "./float-convert.js";
import { bf16ToF16Table, f16BitsFromFloat32, float32BitsFromF16 } from "./float16.js";

/** How many values f16 does not hold as they are. */
export interface F16Losses {
  /** Beyond its range of ±65504. */
  overflow: number;
  /** Not 0, but 0 in f16: below 2⁻²⁵. */
  underflow: number;
  /** Rounded to another number; below 2⁻¹⁴ f16 has fewer digits than bf16. */
  inexact: number;
}

/** Whether f16 holds every value. */
export function isLossless({ overflow, underflow, inexact }: F16Losses): boolean {
  return overflow + underflow + inexact === 0;
}

/** Lowest and highest bits of a magnitude that is a normal f16: 2⁻¹⁴, and what is nearest below 65536. */
const BF16_NORMAL = { lowest: 0x3880, highest: 0x477f };
const F32_NORMAL = { lowest: 0x38800000, highest: 0x477fe000 };
/** Fraction bits of float32 that f16 lacks. */
const LOST_BITS = 0x1fff;

/** Adds the losses among little-endian values to `losses`. @param values finite; aligned to their type */
export function countF16Losses(values: Uint8Array, type: FloatDtype, losses: F16Losses): void {
  if (type === "BF16")
    countInBf16(new Uint16Array(values.buffer, values.byteOffset, values.length >>> 1), losses);
  if (type === "F32")
    countInF32(new Uint32Array(values.buffer, values.byteOffset, values.length >>> 2), losses);
}

function countInBf16(values: Uint16Array, losses: F16Losses): void {
  const { lowest, highest } = BF16_NORMAL;
  const table = bf16ToF16Table();
  // By index: iterators are ten times slower.
  for (let index = 0; index < values.length; index++) {
    const magnitude = (values[index] ?? 0) & 0x7fff;
    // bf16 has fewer digits than a normal f16.
    if ((magnitude >= lowest && magnitude <= highest) || magnitude === 0) continue;
    count(magnitude << 16, table[magnitude] ?? 0, losses);
  }
}

function countInF32(values: Uint32Array, losses: F16Losses): void {
  const { lowest, highest } = F32_NORMAL;
  for (let index = 0; index < values.length; index++) {
    const magnitude = (values[index] ?? 0) & 0x7fffffff;
    if (magnitude === 0) continue;
    if (magnitude >= lowest && magnitude <= highest) losses.inexact += (magnitude & LOST_BITS) === 0 ? 0 : 1;
    else count(magnitude, f16BitsFromFloat32(magnitude), losses);
  }
}

/** @param magnitude bits of a positive float32 @param half those of the f16 it becomes */
function count(magnitude: number, half: number, losses: F16Losses): void {
  if (half === 0x7c00) losses.overflow++;
  else if (half === 0) losses.underflow++;
  else if (float32BitsFromF16(half) !== magnitude) losses.inexact++;
}
