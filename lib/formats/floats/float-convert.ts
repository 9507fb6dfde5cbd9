import { InvalidArgumentError } from "../../errors.js";
import {
  bf16BitsFromFloat32,
  bf16ToF16Table,
  f16BitsFromFloat32,
  f16ToBf16Table,
  f16ToFloat32Table,
} from "./float16.js";

/** Floating-point types a backbone tensor may have in a checkpoint, and may be written in unquantized. */
export type FloatDtype = "F32" | "F16" | "BF16";

/** Bytes of one value. */
export const FLOAT_BYTES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Whether a dtype name is one of {@link FloatDtype}. */
export function isFloatDtype(dtype: string): dtype is FloatDtype {
  return dtype in FLOAT_BYTES;
}

/**
 * Converts little-endian values from one type to another, rounding to nearest, ties to even.
 * @param target receives the values; must have room for them, and both must be aligned to their type.
 */
export function convertFloats(
  source: Uint8Array,
  from: FloatDtype,
  target: Uint8Array,
  to: FloatDtype,
): void {
  const count = source.length / FLOAT_BYTES[from];
  if (from === to) target.set(source);
  else if (from === "F32")
    narrow(words(source), halves(target), to === "F16" ? f16BitsFromFloat32 : bf16BitsFromFloat32);
  else if (to === "F32") {
    if (from === "BF16") widenBf16(halves(source), words(target));
    else lookUp(halves(source), words(target), f16ToFloat32Table(), count);
  } else lookUp(halves(source), halves(target), to === "F16" ? bf16ToF16Table() : f16ToBf16Table(), count);
}

/** The values as float32, from a type this package reads. */
export function toFloat32(source: Uint8Array, from: FloatDtype): Float32Array {
  const aligned = source.byteOffset % FLOAT_BYTES[from] === 0 ? source : source.slice();
  const values = new Float32Array(source.length / FLOAT_BYTES[from]);
  convertFloats(aligned, from, new Uint8Array(values.buffer), "F32");
  return values;
}

/** F32 lanes are 32-bit words, F16 and BF16 lanes two to a word: exponent bits, and what carries out of a full exponent. */
const EXPONENT: Readonly<Record<FloatDtype, { mask: number; lowestBit: number; sign: number }>> = {
  F32: { mask: 0x7f800000, lowestBit: 0x00800000, sign: 0x80000000 },
  F16: { mask: 0x7c007c00, lowestBit: 0x04000400, sign: 0x80008000 },
  BF16: { mask: 0x7f807f80, lowestBit: 0x00800080, sign: 0x80008000 },
};

/**
 * Index of the first value that is NaN or infinite, or −1. Such a value has all exponent bits set, so adding the lowest
 * exponent bit carries into the (masked) sign bit: one addition tests a whole word, without a branch.
 */
export function findNonFinite(values: Uint8Array, type: FloatDtype): number {
  const { mask, lowestBit, sign } = EXPONENT[type];
  const lanes = new Int32Array(values.buffer, values.byteOffset, values.length >>> 2);
  let carried = 0;
  for (let index = 0; index < lanes.length; index++) carried |= ((lanes[index] ?? 0) & mask) + lowestBit;
  const hasOddHalf = values.length % 4 !== 0;
  if ((carried & sign) === 0 && !hasOddHalf) return -1;
  return toFloat32(values, type).findIndex((value) => !Number.isFinite(value));
}

function lookUp(
  source: Uint16Array,
  target: Uint16Array | Uint32Array,
  table: Uint16Array | Uint32Array,
  count: number,
): void {
  for (let index = 0; index < count; index++) target[index] = table[source[index] ?? 0] ?? 0;
}

function narrow(source: Uint32Array, target: Uint16Array, round: (bits: number) => number): void {
  for (let index = 0; index < source.length; index++) target[index] = round(source[index] ?? 0);
}

function widenBf16(source: Uint16Array, target: Uint32Array): void {
  for (let index = 0; index < source.length; index++) target[index] = (source[index] ?? 0) << 16;
}

function halves(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, checkAlignment(bytes, 2), bytes.length >>> 1);
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, checkAlignment(bytes, 4), bytes.length >>> 2);
}

function checkAlignment(bytes: Uint8Array, size: number): number {
  if (bytes.byteOffset % size === 0) return bytes.byteOffset;
  throw new InvalidArgumentError(
    `Expected bytes aligned to ${size} but received offset ${bytes.byteOffset}.`,
  );
}
