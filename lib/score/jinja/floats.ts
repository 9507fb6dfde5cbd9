import { PythonError, UnsupportedError } from "./errors.js";

/** `a % b` of floats: the sign is the divisor's. Source: CPython, Objects/floatobject.c, `float_rem`. */
export function floatRemainder(a: number, b: number): number {
  const remainder = a % b;
  if (remainder !== 0) return b < 0 !== remainder < 0 ? remainder + b : remainder;
  return b < 0 ? -0 : 0;
}

/** `a // b` of floats. Source: CPython, Objects/floatobject.c, `_float_div_mod`. */
export function floorDivideFloats(a: number, b: number): number {
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder !== 0 && b < 0 !== remainder < 0) {
    remainder += b;
    quotient -= 1;
  }
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** Numbers from here on are written with an exponent by Python, below as digits. Source: CPython, `float_repr_style` "short". */
const FIRST_EXPONENT = 1e16;
const SMALLEST_DIGITS = 1e-4;

/** `repr(value)`: the shortest digits that give the number back. */
export function floatRepr(value: number): string {
  const size = Math.abs(value);
  if (Object.is(value, -0)) return "-0.0";
  if (Number.isNaN(value)) return "nan";
  if (size === Infinity) return value < 0 ? "-inf" : "inf";
  if (size !== 0 && (size >= FIRST_EXPONENT || size < SMALLEST_DIGITS)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A finite float as `mantissa * 2 ** exponent`. */
function decompose(value: number): [mantissa: bigint, exponent: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = biased === 0 ? fraction : fraction | (1n << 52n);
  return [bits >> 63n === 1n ? -size : size, Math.max(biased, 1) - 1075];
}

/** Most decimals that a number is written with. */
const MAX_DECIMALS = 1000;

/**
 * `value * 10 ** decimals` as a whole number, rounded exactly, halves to even.
 * @throws PythonError OverflowError, ValueError for what is not finite
 */
export function scaledRound(value: number, decimals: number): bigint {
  if (Number.isNaN(value)) throw new PythonError("ValueError", "cannot convert float NaN to integer");
  if (!Number.isFinite(value))
    throw new PythonError("OverflowError", "cannot convert float infinity to integer");
  if (Math.abs(decimals) > MAX_DECIMALS) throw new UnsupportedError(`it rounds to ${decimals} decimals`);
  const [mantissa, exponent] = decompose(value);
  const numerator = mantissa * 10n ** BigInt(Math.max(decimals, 0)) * (1n << BigInt(Math.max(exponent, 0)));
  const denominator = 10n ** BigInt(Math.max(-decimals, 0)) * (1n << BigInt(Math.max(-exponent, 0)));
  return divideToEven(numerator, denominator);
}

/** A quotient rounded to the nearest whole number, halves to even. @param denominator positive */
export function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const floor = size / denominator;
  const twice = 2n * (size % denominator);
  const isUp = twice > denominator || (twice === denominator && floor % 2n === 1n);
  const rounded = isUp ? floor + 1n : floor;
  return numerator < 0n ? -rounded : rounded;
}

/** `round(value, decimals)` of a float. */
export function roundFloat(value: number, decimals: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const scaled = scaledRound(value, decimals);
  if (scaled === 0n) return value < 0 ? -0 : 0;
  return Number(`${scaled}e${-decimals}`);
}

/** The digits of `format(size, ".<precision>f")`. @param size not negative, finite */
export function fixedDigits(size: number, precision: number): string {
  const digits = String(scaledRound(size, precision)).padStart(precision + 1, "0");
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/** The digits and the exponent of `format(size, ".<precision>e")`. @param size not negative, finite */
export function exponentDigits(size: number, precision: number): [digits: string, exponent: number] {
  if (size === 0) return ["0".repeat(precision + 1), 0];
  let exponent = Number(size.toExponential().split("e")[1]);
  let scaled = scaledRound(size, precision - exponent);
  if (scaled < 10n ** BigInt(precision)) scaled = scaledRound(size, precision - --exponent);
  if (scaled >= 10n ** BigInt(precision + 1)) scaled = scaledRound(size, precision - ++exponent);
  return [String(scaled), exponent];
}
