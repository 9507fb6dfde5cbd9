import type { GgufHeader } from "../formats/gguf/gguf-reader.js";
import type { GgufMetadata, GgufValue } from "../formats/gguf/gguf-value.js";
import type { TensorFault } from "./tensor-fault.js";

/** What llama.cpp's quantizer adds. */
const ADDED_KEYS = new Set(["general.quantization_version"]);

/**
 * Compares a GGUF's metadata with what a conversion of the checkpoint would write: every entry, the tokenizer's included, and
 * nothing beside them.
 */
export function compareMetadata(header: GgufHeader, expected: GgufMetadata, file: string): TensorFault[] {
  const faults: TensorFault[] = [];
  const report = (name: string, message: string): void => {
    faults.push({ file, name, kind: "metadata", message });
  };
  for (const [key, value] of expected) {
    const actual = header.metadata.get(key);
    const difference = actual === undefined ? "is missing" : findDifference(value, actual);
    if (difference !== undefined) report(key, `Metadata entry ${key} ${difference}.`);
  }
  for (const key of header.metadata.keys()) {
    if (!expected.has(key) && !ADDED_KEYS.has(key))
      report(key, `Metadata entry ${key} does not belong there.`);
  }
  return faults;
}

function findDifference(expected: GgufValue, actual: unknown): string | undefined {
  if (expected.type !== "array") {
    const value = expected.type === "f32" ? Math.fround(expected.value) : expected.value;
    return isEqual(value, actual) ? undefined : `is ${show(actual)}, expected ${show(value)}`;
  }
  if (!Array.isArray(actual)) return `is ${show(actual)}, expected a list`;
  const { values, of } = expected;
  if (actual.length !== values.length) return `has ${actual.length} values, expected ${values.length}`;
  for (let index = 0; index < values.length; index++) {
    const value = of === "f32" ? Math.fround(Number(values[index])) : values[index];
    if (!isEqual(value, actual[index])) {
      return `has ${show(actual[index])} at ${index}, expected ${show(value)}`;
    }
  }
  return undefined;
}

/** The parser gives 64-bit integers as bigints. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a !== "string" && typeof b !== "string" && Number(a) === Number(b));
}

function show(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
