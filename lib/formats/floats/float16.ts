/**
 * Conversions between float32 and the two 16-bit formats checkpoints use, on raw bit patterns. Exact from 16 to 32 bits;
 * from 32 to 16 bits rounded to nearest, ties to even, as IEEE 754 asks. Source of the layouts: IEEE 754-2008 binary16
 * (1 sign, 5 exponent, 10 fraction bits); bfloat16 is the upper half of binary32.
 */

const F32_FRACTION_BITS = 23;
const F16_FRACTION_BITS = 10;
const F32_BIAS = 127;
const F16_BIAS = 15;
/** Fraction bits that binary16 lacks. */
const LOST_BITS = F32_FRACTION_BITS - F16_FRACTION_BITS;

/** Bits of the binary32 with the same value as the binary16 `half`. */
export function float32BitsFromF16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> F16_FRACTION_BITS) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << LOST_BITS)) >>> 0;
  if (exponent !== 0) {
    return (sign | ((exponent - F16_BIAS + F32_BIAS) << F32_FRACTION_BITS) | (fraction << LOST_BITS)) >>> 0;
  }
  if (fraction === 0) return sign >>> 0;
  // A subnormal half is a normal float: move its leading one to the hidden bit.
  const shift = Math.clz32(fraction) - (31 - F16_FRACTION_BITS);
  const normalized = (fraction << shift) & 0x3ff;
  const exponentBits = (1 - shift - F16_BIAS + F32_BIAS) << F32_FRACTION_BITS;
  return (sign | exponentBits | (normalized << LOST_BITS)) >>> 0;
}

/** Bits of the binary16 nearest to the binary32 `bits`. Beyond binary16's range: infinity. */
export function f16BitsFromFloat32(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | 0x7c00 | (magnitude > 0x7f800000 ? 0x200 : 0);
  const exponent = (magnitude >>> F32_FRACTION_BITS) - F32_BIAS + F16_BIAS;
  if (exponent >= 0x1f) return sign | 0x7c00;
  if (exponent > 0) {
    // Rounding may carry into the exponent, up to infinity: the bit patterns are in order, so adding is right.
    const half = (exponent << F16_FRACTION_BITS) | ((magnitude >>> LOST_BITS) & 0x3ff);
    return sign | roundUpIfNearer(half, magnitude & ((1 << LOST_BITS) - 1), 1 << (LOST_BITS - 1));
  }
  if (exponent < -F16_FRACTION_BITS) return sign;
  const shift = LOST_BITS + 1 - exponent;
  const significand = (magnitude & 0x7fffff) | 0x800000;
  return sign | roundUpIfNearer(significand >>> shift, significand & ((1 << shift) - 1), 1 << (shift - 1));
}

/** Bits of the bfloat16 nearest to the binary32 `bits`. */
export function bf16BitsFromFloat32(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) | 0x40) & 0xffff;
  return roundUpIfNearer(bits >>> 16, bits & 0xffff, 0x8000) & 0xffff;
}

function roundUpIfNearer(kept: number, lost: number, half: number): number {
  return lost > half || (lost === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function table<Values extends Uint16Array | Uint32Array>(
  values: Values,
  of: (bits: number) => number,
): Values {
  for (let bits = 0; bits < values.length; bits++) values[bits] = of(bits);
  return values;
}

/** `make`, run when first needed: the tables cost a millisecond each. */
function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

/** Binary32 bits by binary16 bits. */
export const f16ToFloat32Table = lazy(() => table(new Uint32Array(65536), float32BitsFromF16));
/** Binary16 bits by bfloat16 bits: rounded, infinity beyond binary16's range. */
export const bf16ToF16Table = lazy(() =>
  table(new Uint16Array(65536), (bits) => f16BitsFromFloat32(bits << 16)),
);
/** Bfloat16 bits by binary16 bits: rounded. */
export const f16ToBf16Table = lazy(() =>
  table(new Uint16Array(65536), (bits) => bf16BitsFromFloat32(float32BitsFromF16(bits))),
);
