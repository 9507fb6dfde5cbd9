import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { floatRemainder, floorDivideFloats } from "./floats.js";
import { strip } from "./text.js";
import { typeName, type Value } from "./values.js";

type Numeric = boolean | bigint | number;

/** Python counts booleans among the numbers. */
export function isNumber(value: Value): value is Numeric {
  return typeof value === "boolean" || typeof value === "bigint" || typeof value === "number";
}

export function isInt(value: Value): value is boolean | bigint {
  return typeof value === "boolean" || typeof value === "bigint";
}

/** A number for an index or a count. @throws PythonError TypeError for anything but an int */
export function asIndex(value: Value, what: string): bigint {
  if (isInt(value)) return BigInt(value);
  throw typeError(`${what} must be integers, not ${typeName(value)}`);
}

/** As {@link asIndex}, for sizes of what is made: far too large ones stay large. */
export function asCount(value: Value, what: string): number {
  return Number(asIndex(value, what));
}

/** `float(number)`. @throws PythonError OverflowError */
export function toFloat(value: Numeric): number {
  const float = Number(value);
  if (!Number.isFinite(float) && typeof value === "bigint") {
    throw new PythonError("OverflowError", "int too large to convert to float");
  }
  return float;
}

/** Bits of the largest int that is computed. */
const MAX_BITS = 1 << 14;

/** Passes an int on. @throws UnsupportedError when it is so large that computing with it would take long */
function bounded(value: bigint): bigint {
  if (BigInt.asIntN(MAX_BITS, value) !== value)
    throw new UnsupportedError("it computes a number of thousands of digits");
  return value;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Arithmetic on two numbers. Source: CPython, Objects/longobject.c and floatobject.c. */
export function arithmetic(operator: ArithmeticOperator, left: Numeric, right: Numeric): bigint | number {
  if (operator === "**") return power(left, right);
  if (isInt(left) && isInt(right) && operator !== "/")
    return intArithmetic(operator, BigInt(left), BigInt(right));
  const [a, b] = [toFloat(left), toFloat(right)];
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      refuseZero(b);
      if (isInt(left) && isInt(right) && !(Number.isSafeInteger(a) && Number.isSafeInteger(b))) {
        throw new UnsupportedError("it divides numbers beyond 2^53");
      }
      return a / b;
    case "//":
      refuseZero(b);
      return floorDivideFloats(a, b);
    case "%":
      refuseZero(b);
      return floatRemainder(a, b);
  }
}

function intArithmetic(operator: "+" | "-" | "*" | "//" | "%", a: bigint, b: bigint): bigint {
  switch (operator) {
    case "+":
      return bounded(a + b);
    case "-":
      return bounded(a - b);
    case "*":
      return bounded(a * b);
    case "//":
      refuseZero(b);
      return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
    case "%":
      refuseZero(b);
      return a % b !== 0n && a < 0n !== b < 0n ? (a % b) + b : a % b;
  }
}

function refuseZero(divisor: bigint | number): void {
  if (divisor == 0) throw new PythonError("ZeroDivisionError", "division by zero");
}

/** Powers of ints; C's `pow` rounds others in ways of its own. */
function power(left: Numeric, right: Numeric): bigint | number {
  if (!isInt(left) || !isInt(right)) throw new UnsupportedError("it raises to a power that is no int");
  const [base, exponent] = [BigInt(left), BigInt(right)];
  if (exponent < 0n) throw new UnsupportedError("it raises to a negative power");
  const isSmall = base >= -1n && base <= 1n;
  if (!isSmall && exponent * BigInt(base.toString(2).length) > BigInt(MAX_BITS)) {
    throw new UnsupportedError("it computes a number of thousands of digits");
  }
  if (isSmall) return exponent === 0n ? 1n : base === -1n && exponent % 2n === 0n ? 1n : base;
  return base ** exponent;
}

/** `-value`, `+value`. */
export function sign(operator: "+" | "-", value: Value): Value {
  if (!isNumber(value)) throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  const number = typeof value === "boolean" ? BigInt(value) : value;
  return operator === "+" ? number : -number;
}

/** `int(text, base)`. @throws PythonError ValueError */
export function parseInt(text: string, base: number): bigint {
  const match = /^([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(asciiNumber(text));
  const prefixes: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };
  const [, minus, prefix = "", digits = ""] = match ?? [];
  const prefixBase = prefixes[prefix[1]?.toLowerCase() ?? ""];
  let radix = base;
  // Without that base's meaning, "0b1" is a number of base 16 as well.
  let body = digits;
  if (prefixBase !== undefined && base !== 0 && base !== prefixBase) body = prefix + digits;
  else if (base === 0) radix = prefixBase ?? 10;
  const plain = body.replaceAll("_", "");
  if (match === null || plain === "" || (base === 0 && prefix === "" && /^0+[1-9]/.test(plain))) {
    throw new PythonError("ValueError", "invalid literal for int()");
  }
  let value = 0n;
  for (const character of plain.toLowerCase()) {
    const digit = "0123456789abcdefghijklmnopqrstuvwxyz".indexOf(character);
    if (digit < 0 || digit >= radix) throw new PythonError("ValueError", "invalid literal for int()");
    value = bounded(value * BigInt(radix) + BigInt(digit));
  }
  return minus === "-" ? -value : value;
}

/** `float(text)`. @throws PythonError ValueError */
export function parseFloat(text: string): number {
  const plain = asciiNumber(text);
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(plain);
  if (special !== null) {
    const isNaN = special[2]?.toLowerCase() === "nan";
    return isNaN ? NaN : special[1] === "-" ? -Infinity : Infinity;
  }
  const digits = String.raw`\d+(?:_\d+)*`;
  const pattern = new RegExp(
    String.raw`^[+-]?(?:${digits}\.?(?:${digits})?|\.${digits})(?:[eE][+-]?${digits})?$`,
  );
  if (!pattern.test(plain)) throw new PythonError("ValueError", "could not convert string to float");
  return Number(plain.replaceAll("_", ""));
}

/** The text without white space around it. @throws UnsupportedError for digits of other scripts, which Python reads */
function asciiNumber(text: string): string {
  const stripped = strip(text);
  if (/(?![0-9])\p{Nd}/u.test(stripped))
    throw new UnsupportedError("it reads a number in digits of another script");
  return stripped;
}
