import { bindPositional, PythonFunction } from "./callables.js";
import { UnsupportedError } from "./errors.js";
import type { Value } from "./values.js";

const INT_METHODS = [
  "as_integer_ratio",
  "bit_count",
  "bit_length",
  "conjugate",
  "from_bytes",
  "to_bytes",
  "is_integer",
];
const FLOAT_METHODS = ["as_integer_ratio", "conjugate", "fromhex", "hex"];

/** An attribute of a number, or undefined. @throws UnsupportedError for methods that no template of a chat uses */
export function numberAttribute(value: boolean | bigint | number, name: string): Value | undefined {
  const isFloat = typeof value === "number";
  const number = typeof value === "boolean" ? BigInt(value) : value;
  if (name === "real") return number;
  if (name === "imag") return isFloat ? 0 : 0n;
  if (isFloat && name === "is_integer") {
    return new PythonFunction(name, (args) => {
      bindPositional(name, [], args);
      return Number.isInteger(value);
    });
  }
  if (!isFloat && name === "numerator") return number;
  if (!isFloat && name === "denominator") return 1n;
  if ((isFloat ? FLOAT_METHODS : INT_METHODS).includes(name)) {
    throw new UnsupportedError(`it uses ${name} of a number`);
  }
  return undefined;
}
