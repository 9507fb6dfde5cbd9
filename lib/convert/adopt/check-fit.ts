import { HeadLoadError } from "../../errors.js";
import { originalText } from "../../score/template/respelled-tokens.js";
import { SPACE_MARK } from "../../model/tokenizer/normalizer.js";
import type { GgufHeader } from "../../formats/gguf/gguf-reader.js";
import type { GgufMetadata } from "../../formats/gguf/gguf-value.js";
import { OUTPUT_MATRIX } from "../../model/architecture/decoder-tensors.js";
import type { BackbonePlan } from "../../model/architecture/backbone-plan.js";

/** Sizes that must agree before any weight is looked at. */
const SIZES = [
  "embedding_length",
  "block_count",
  "feed_forward_length",
  "attention.head_count",
  "attention.head_count_kv",
] as const;

/** What an ordinary GGUF has beside the backbone: the output layer, and tensors we compute ourselves. */
const UNUSED_TENSORS = new Set([
  OUTPUT_MATRIX,
  "rope_freqs.weight",
  "rope_factors_long.weight",
  "rope_factors_short.weight",
]);

/**
 * Checks that a GGUF can be the backbone of a checkpoint's head: architecture, sizes, vocabulary, list of tensors.
 * @throws HeadLoadError `HEAD_MISMATCH` with both values
 */
export function checkFit(header: GgufHeader, plan: BackbonePlan, tokenizer: GgufMetadata): void {
  const { file, metadata } = header;
  const architecture = plan.architecture.name;
  expectEqual(file, "architecture", metadata.get("general.architecture"), architecture);
  for (const size of SIZES) {
    const expected = plan.metadata.get(`${architecture}.${size}`);
    expectEqual(
      file,
      size,
      Number(metadata.get(`${architecture}.${size}`)),
      Number(expected?.type === "u32" && expected.value),
    );
  }
  expectEqual(file, "vocabulary size", header.tensors.get("token_embd.weight")?.shape[0], plan.vocabSize);
  expectSameTokens(header, tokenizer);
  for (const { name } of plan.copied) {
    if (!header.tensors.has(name)) throw mismatch(file, `it lacks the tensor ${name}`, { tensor: name });
  }
  const known = new Set(plan.copied.map(({ name }) => name));
  for (const name of header.tensors.keys()) {
    if (known.has(name) || UNUSED_TENSORS.has(name)) continue;
    throw mismatch(file, `it has the tensor ${name}, which the checkpoint's backbone has not`, {
      tensor: name,
    });
  }
}

/** Every token must be the same, but for those that no text can give: converters fill unused ids with names of their own. */
function expectSameTokens({ file, metadata }: GgufHeader, tokenizer: GgufMetadata): void {
  const expected = tokenizer.get("tokenizer.ggml.tokens");
  const types = tokenizer.get("tokenizer.ggml.token_type");
  const actual = metadata.get("tokenizer.ggml.tokens");
  if (expected?.type !== "array" || types?.type !== "array") return;
  const tokens = Array.isArray(actual) ? (actual as unknown[]) : [];
  for (const [id, token] of expected.values.entries()) {
    if (types.values[id] === UNUSED_TOKEN_TYPE) continue;
    expectEqual(file, `token ${id}`, textOf(tokens[id]), textOf(token));
  }
}

/**
 * A token's text however it is spelled: some of ours have a spelling of their own, and llama.cpp's converter writes runs of spaces
 * that are added tokens with plain spaces (v0.5.0 conversion/base.py, "pre-normalize user-defined spaces"; Gemma has such).
 */
function textOf(token: unknown): unknown {
  return typeof token === "string" ? originalText(token).replaceAll(SPACE_MARK, " ") : token;
}

/** Source: llama.h `LLAMA_TOKEN_TYPE_UNUSED`. */
const UNUSED_TOKEN_TYPE = 5;

function expectEqual(file: string, what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  throw mismatch(
    file,
    `its ${what} is ${JSON.stringify(actual)}, the checkpoint's ${JSON.stringify(expected)}`,
    {
      what,
      actual,
      expected,
    },
  );
}

/** The error for a GGUF that is no backbone for this head. */
export function mismatch(
  file: string,
  fault: string,
  details: Readonly<Record<string, unknown>>,
): HeadLoadError {
  return new HeadLoadError(
    "HEAD_MISMATCH",
    `${file} belongs to another model than the checkpoint's head: ${fault}. A head scores only with the backbone it was trained ` +
      "with: convert the checkpoint without --backbone.",
    { details: { file, ...details } },
  );
}
