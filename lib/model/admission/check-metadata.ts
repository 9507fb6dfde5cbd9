import { type BackboneType, fileTypeOf } from "../architecture/backbone-type.js";
import { hyperparameters } from "../architecture/hyperparameters.js";
import type { Architecture } from "../architecture/architecture.js";
import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { Metadata } from "../../formats/gguf/metadata.js";
import { showValue } from "../../formats/gguf/raw-gguf.js";
import type { Hyperparameters } from "./read-hyperparameters.js";
import { isTokenizerKey } from "./check-tokenizer.js";

const VERSION_KEY = "general.quantization_version";
/** llama.cpp v0.5.0, `GGML_QNT_VERSION`. */
const QUANTIZATION_VERSION = 2;

/**
 * Compares all metadata but the tokenizer's with what a conversion would have written for these hyperparameters. Keys it never
 * writes are refused: llama.cpp reads many more (experts, windows, parts of split files, other scalings, …), and each of them
 * changes the computation.
 */
export function checkMetadata(
  metadata: Metadata,
  architecture: Architecture,
  { config, vocabSize, contextLength }: Hyperparameters,
  type: BackboneType,
): string[] {
  const expected = new Map<string, GgufValue>([
    ...hyperparameters(architecture, config, vocabSize, contextLength),
    ["general.file_type", { type: "u32", value: fileTypeOf(type) }],
    // The quantizer writes it; an adopted backbone, which is written anew, goes without.
    ...(metadata.has(VERSION_KEY)
      ? ([[VERSION_KEY, { type: "u32", value: QUANTIZATION_VERSION }]] as const)
      : []),
  ]);
  const faults: string[] = [];
  for (const [key, value] of expected) {
    const fault = difference(metadata, key, value);
    if (fault !== undefined) faults.push(fault);
  }
  for (const key of metadata.keys) {
    if (!expected.has(key) && !isTokenizerKey(key)) faults.push(`${key} is no key that a conversion writes`);
  }
  return faults;
}

function difference(metadata: Metadata, key: string, expected: GgufValue): string | undefined {
  const entry = metadata.entry(key);
  if (entry === undefined) return `${key} is missing`;
  if (entry.type !== expected.type) return `${key} is stored as ${entry.type}, expected ${expected.type}`;
  if (expected.type === "array") return undefined;
  const wanted = expected.type === "f32" ? Math.fround(expected.value) : expected.value;
  if (entry.value === wanted) return undefined;
  return `${key} is ${showValue(entry.value)}, expected ${showValue(wanted)}`;
}
