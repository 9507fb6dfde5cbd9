import { f16BitsFromFloat32, float32BitsFromF16 } from "./float16.js";

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
const SIGNS = 0x80008000 | 0;
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
 * Four words at a time: with the sign bits set, no subtraction borrows from one half to the other, and a half keeps its sign bit where
 * its magnitude is no less than the lowest, and no more than the highest, one. bf16 has fewer digits than a normal f16.
 */
function countInBf16(bytes: Uint8Array, losses: F16Losses): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 1);
  const { lowest, highest } = BF16_NORMAL;
  const top = highest | SIGNS;
  // By index: iterators are ten times slower.
  let index = 0;
  for (; index + 3 < words.length; index += 4) {
    const a = (words[index] ?? 0) & MAGNITUDES;
    const b = (words[index + 1] ?? 0) & MAGNITUDES;
    const c = (words[index + 2] ?? 0) & MAGNITUDES;
    const d = (words[index + 3] ?? 0) & MAGNITUDES;
    const areAbove =
      ((a | SIGNS) - lowest) & ((b | SIGNS) - lowest) & ((c | SIGNS) - lowest) & ((d | SIGNS) - lowest);
    const areBelow = (top - a) & (top - b) & (top - c) & (top - d);
    if ((areAbove & areBelow & SIGNS) === SIGNS) continue;
    const wrong = countHalves(halves, 2 * index, 2 * index + 8, losses);
    if (wrong >= 0) return wrong;
  }
  return countHalves(halves, 2 * index, halves.length, losses);
}

/** @returns index of what is no number, or −1 */
function countHalves(halves: Uint16Array, start: number, end: number, losses: F16Losses): number {
  fates ??= fatesOfBf16();
  for (let index = start; index < end; index++) {
    const fate = fates[(halves[index] ?? 0) & 0x7fff];
    if (fate === FATE.kept) continue;
    if (fate === FATE.inexact) losses.inexact++;
    else if (fate === FATE.underflow) losses.underflow++;
    else if (fate === FATE.overflow) losses.overflow++;
    else return index;
  }
  return -1;
}

/** What becomes of a magnitude. */
const FATE = { kept: 0, inexact: 1, underflow: 2, overflow: 3, noNumber: 4 } as const;

/** By bf16 magnitude; made when first needed. */
let fates: Uint8Array | undefined;

function fatesOfBf16(): Uint8Array {
  return Uint8Array.from({ length: 0x8000 }, (_, half) => {
    const losses = { overflow: 0, underflow: 0, inexact: 0 };
    if (half >= F32_INFINITY >>> 16) return FATE.noNumber;
    if (half !== 0) count(half << 16, f16BitsFromFloat32(half << 16), losses);
    if (losses.inexact > 0) return FATE.inexact;
    return losses.underflow > 0 ? FATE.underflow : losses.overflow > 0 ? FATE.overflow : FATE.kept;
  });
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
