import { bind, bindPositional } from "./callables.js";
import { typeError, UnsupportedError, valueError } from "./errors.js";
import { orElse, type Filter } from "./filter-arguments.js";
import { divideToEven, roundFloat } from "./floats.js";
import { floatText } from "./number-format.js";
import { arithmetic, asCount, isInt, isNumber, parseFloat, parseInt, toFloat } from "./numbers.js";
import { textOf, typeName, Undefined, type Value } from "./values.js";

/** `float(value)`. @throws PythonError TypeError, ValueError, UndefinedError */
function floatOf(value: Value): number {
  const text = textOf(value);
  if (text !== undefined) return parseFloat(text);
  if (value instanceof Undefined) value.fail();
  if (isNumber(value)) return toFloat(value);
  throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
}

/** `int(value)` of a number. */
function truncated(value: number): bigint {
  if (Number.isNaN(value)) throw valueError("cannot convert float NaN to integer");
  if (!Number.isFinite(value)) throw typeError("cannot convert float infinity to integer");
  return BigInt(Math.trunc(value));
}

/** Filters of numbers. */
export const NUMBER_FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value, args) => {
    bindPositional("abs", [], args);
    if (!isNumber(value)) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
    if (typeof value === "number") return Math.abs(value);
    const whole = BigInt(value);
    return whole < 0n ? -whole : whole;
  },
  filesizeformat: (value, args) => {
    const [isBinary = false] = bind("filesizeformat", ["binary?"], args);
    const bytes = floatOf(value);
    const [base, infix] = isBinary === true ? [1024, "iB"] : [1000, "B"];
    if (bytes === 1) return "1 Byte";
    if (bytes < base) return `${truncated(bytes)} Bytes`;
    const prefixes = isBinary === true ? "KMGTPEZY" : "kMGTPEZY";
    const step = Array.from(prefixes).findIndex((_, index) => bytes < base ** (index + 2));
    const index = step < 0 ? prefixes.length - 1 : step;
    const scaled = (base * bytes) / base ** (index + 2);
    if (index > 3) throw new UnsupportedError("it writes a file size beyond terabytes");
    return `${floatText(scaled, "f", 1, false).digits} ${prefixes[index] ?? ""}${infix}`;
  },
  float: (value, args) => {
    const [fallback = 0] = bind("float", ["default?"], args);
    return orElse<Value>(
      () => floatOf(value),
      () => fallback,
    );
  },
  int: (value, args) => {
    const [fallback = 0n, base = 10n] = bind("int", ["default?", "base?"], args);
    const text = textOf(value);
    return orElse<Value>(
      () => {
        if (text !== undefined) return parseInt(text, radixOf(base));
        if (typeof value === "number") {
          // Python's OverflowError is caught only where the number is read a second time.
          if (Math.abs(value) === Infinity) throw new UnsupportedError("it cuts an infinite number");
          return truncated(value);
        }
        if (value instanceof Undefined) value.fail();
        if (isInt(value)) return BigInt(value);
        throw typeError(`int() argument must be a string or a number, not '${typeName(value)}'`);
      },
      () =>
        orElse<Value>(
          () => truncated(floatOf(value)),
          () => fallback,
        ),
    );
  },
  round: (value, args) => {
    const [precision = 0n, method = "common"] = bind("round", ["precision?", "method?"], args);
    if (method !== "common" && method !== "ceil" && method !== "floor") {
      throw valueError("method must be common, ceil or floor");
    }
    if (value instanceof Undefined || !isNumber(value))
      throw typeError(`type ${typeName(value)} doesn't define __round__`);
    const digits = precision === null ? null : asCount(precision, "round");
    if (method === "common") return rounded(value, digits);
    if (precision === null || digits === null) throw typeError("a precision is a number");
    const scale = arithmetic("**", 10n, BigInt(digits));
    const scaled = arithmetic("*", value, scale);
    const whole =
      typeof scaled === "bigint"
        ? scaled
        : truncated(method === "ceil" ? Math.ceil(scaled) : Math.floor(scaled));
    return arithmetic("/", whole, scale);
  },
};

function radixOf(base: Value): number {
  const radix = asCount(base, "int");
  if (radix !== 0 && (radix < 2 || radix > 36)) throw valueError("int() base must be >= 2 and <= 36, or 0");
  return radix;
}

/** `round(value, digits)`; null rounds a float to an int. */
function rounded(value: boolean | bigint | number, digits: number | null): Value {
  if (typeof value === "number")
    return digits === null ? truncated(roundFloat(value, 0)) : roundFloat(value, digits);
  const whole = BigInt(value);
  if (digits === null || digits >= 0) return whole;
  if (digits < -1000) throw new UnsupportedError(`it rounds to ${digits} decimals`);
  const unit = 10n ** BigInt(-digits);
  return divideToEven(whole, unit) * unit;
}
