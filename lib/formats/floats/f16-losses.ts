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
const F32_NORMAL = { lowest: 0x38800000, highest: 0x477fe000 };
/** Fraction bits of float32 that f16 lacks. */
const LOST_BITS = 0x1fff;
const F32_INFINITY = 0x7f800000;

/** Two bf16 to a word: sign bits, and the lowest and highest magnitudes as above. */
const SIGNS = 0x80008000;
const MAGNITUDES = 0x7fff7fff;
const BF16_NORMAL = { lowest: 0x38803880, highest: 0x477f477f };

/**
 * Adds the losses among little-endian values to `losses`, in the one pass that also looks for what is no number.
 * @param values aligned to four bytes
 * @returns index of the first value that is NaN or infinite, where the count ends; or −1
 */
export function countF16Losses(values: Uint8Array, type: "BF16" | "F32", losses: F16Losses): number {
  return type === "BF16" ? countInBf16(values, losses) : countInF32(values, losses);
}

/**
 * A word at a time: with the sign bits set, no subtraction borrows from one half to the other, and a half keeps its sign bit where its
 * magnitude is no less than the lowest, and no more than the highest, one.
 */
function countInBf16(bytes: Uint8Array, losses: F16Losses): number {
  const { lowest, highest } = BF16_NORMAL;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 1);
  const table = bf16ToF16Table();
  // By index: iterators are ten times slower.
  for (let index = 0; index < words.length; index++) {
    const magnitudes = (words[index] ?? 0) & MAGNITUDES;
    // bf16 has fewer digits than a normal f16.
    if ((((magnitudes | SIGNS) - lowest) & ((highest | SIGNS) - magnitudes) & SIGNS) === (SIGNS | 0))
      continue;
    for (let half = 2 * index; half < 2 * index + 2; half++) {
      if (!countHalf(halves[half] ?? 0, table, losses)) return half;
    }
  }
  const last = halves.length - 1;
  return halves.length % 2 === 0 || countHalf(halves[last] ?? 0, table, losses) ? -1 : last;
}

/** @returns whether it is a number */
function countHalf(half: number, table: Uint16Array, losses: F16Losses): boolean {
  const magnitude = half & 0x7fff;
  if (magnitude >= F32_INFINITY >>> 16) return false;
  if (magnitude !== 0) count(magnitude << 16, table[magnitude] ?? 0, losses);
  return true;
}

function countInF32(bytes: Uint8Array, losses: F16Losses): number {
  const { lowest, highest } = F32_NORMAL;
  const values = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  for (let index = 0; index < values.length; index++) {
    const magnitude = (values[index] ?? 0) & 0x7fffffff;
    if (magnitude === 0) continue;
    if (magnitude >= lowest && magnitude <= highest) losses.inexact += (magnitude & LOST_BITS) === 0 ? 0 : 1;
    else if (magnitude >= F32_INFINITY) return index;
    else count(magnitude, f16BitsFromFloat32(magnitude), losses);
  }
  return -1;
}

/** @param magnitude bits of a positive float32 @param half those of the f16 it becomes */
function count(magnitude: number, half: number, losses: F16Losses): void {
  if (half === 0x7c00) losses.overflow++;
  else if (half === 0) losses.underflow++;
  else if (float32BitsFromF16(half) !== magnitude) losses.inexact++;
}
