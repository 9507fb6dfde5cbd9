import { z } from "zod";
import { unsupported } from "./checkpoint-json.js";
import { componentSchema, type Component } from "./tokenizer-json.js";

/** The regular expression inside the ByteLevel pre-tokenizer. Source: tokenizers, `pre_tokenizers/byte_level.rs`. */
const GPT2_REGEX = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const LLAMA3_REGEX = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
/** What splits texts for Qwen 2 to 3. Source: transformers 5.24.0, models/qwen2/tokenization_qwen2.py, `PRETOKENIZE_REGEX`. */
export const QWEN2_REGEX = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const QWEN35_REGEX = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const DIGIT_REGEX = String.raw`\p{N}`;

/** A pre-tokenizer that llama.cpp has: the successive splits, and whether whole words skip the merges. */
interface KnownPreTokenizer {
  id: string;
  splits: readonly string[];
  ignoresMerges: boolean;
}

/**
 * llama.cpp's pre-tokenizers that split exactly as their tokenizer.json does, one id for each behaviour.
 * Those that llama.cpp only approximates (`tekken`, `gpt-4o`: letter case outside ASCII is ignored) are left out.
 * Source: llama.cpp v0.5.0 src/llama-vocab.cpp, `llm_tokenizer_bpe` for the expressions, `impl::load` for the flag.
 */
const KNOWN: readonly KnownPreTokenizer[] = [
  { id: "llama-bpe", splits: [LLAMA3_REGEX], ignoresMerges: true },
  { id: "dbrx", splits: [LLAMA3_REGEX], ignoresMerges: false },
  { id: "qwen2", splits: [QWEN2_REGEX], ignoresMerges: false },
  { id: "qwen35", splits: [QWEN35_REGEX], ignoresMerges: false },
  { id: "gpt-2", splits: [GPT2_REGEX], ignoresMerges: false },
  { id: "starcoder", splits: [DIGIT_REGEX, GPT2_REGEX], ignoresMerges: false },
];

/** Every value of `tokenizer.ggml.pre` that a byte-level vocabulary may have. */
export const PRE_TOKENIZERS: readonly string[] = KNOWN.map(({ id }) => id);

const sequence = z.object({ pretokenizers: z.array(componentSchema) });
const split = z.object({
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal("Isolated"),
  invert: z.literal(false).default(false),
});
const byteLevel = z.object({
  add_prefix_space: z.literal(false),
  // Files written before tokenizers 0.11 have no such field and always split.
  use_regex: z.boolean().default(true),
});
const digits = z.object({ individual_digits: z.literal(true) });

/**
 * The `tokenizer.ggml.pre` id for a byte-level BPE tokenizer, by what its pre-tokenizer does and never by the model's name.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when llama.cpp has no pre-tokenizer that does the same; the message
 * shows the expressions.
 */
export function findPreTokenizer(preTokenizer: Component, ignoresMerges: boolean): string {
  const splits = splitsOf(preTokenizer);
  const sameSplits = KNOWN.filter(
    (known) => known.splits.length === splits.length && known.splits.every((regex, i) => regex === splits[i]),
  );
  const found = sameSplits.find((known) => known.ignoresMerges === ignoresMerges);
  if (found !== undefined) return found.id;
  if (sameSplits.length > 0) {
    throw unsupported(
      `tokenizer.json: model.ignore_merges is ${ignoresMerges}, but llama.cpp's pre-tokenizer ${sameSplits[0]?.id ?? ""} ` +
        `with the same expressions does the opposite, so tokens would differ.`,
      { splits, ignoresMerges },
    );
  }
  throw unsupported(
    `llama.cpp has no pre-tokenizer that splits as this tokenizer.json does: ${splits.join("  then  ")}. ` +
      `Known: ${KNOWN.map((known) => known.id).join(", ")}.`,
    { splits },
  );
}

/** The expressions applied one after the other, in the order of the file. */
function splitsOf(component: Component): string[] {
  switch (component.type) {
    case "Sequence":
      return read(sequence, component).pretokenizers.flatMap(splitsOf);
    case "Split":
      return [read(split, component).pattern.Regex];
    case "Digits":
      read(digits, component);
      return [DIGIT_REGEX];
    case "ByteLevel":
      return read(byteLevel, component).use_regex ? [GPT2_REGEX] : [];
    default:
      throw unsupported(
        `tokenizer.json: the pre-tokenizer ${component.type} has no counterpart in llama.cpp's byte-level BPE.`,
        { component },
      );
  }
}

function read<T>(schema: z.ZodType<T>, component: Component): T {
  const parsed = schema.safeParse(component);
  if (parsed.success) return parsed.data;
  throw unsupported(
    `tokenizer.json: llama.cpp has no counterpart for these settings of the pre-tokenizer ${component.type}: ${JSON.stringify(component)}.`,
    { component },
  );
}

/** Whether a pre-tokenizer ends in the byte-to-character alphabet, which makes the tokenizer a byte-level one. */
export function isByteLevel(preTokenizer: Component): boolean {
  if (preTokenizer.type === "ByteLevel") return true;
  const parsed = sequence.safeParse(preTokenizer);
  return parsed.success && parsed.data.pretokenizers.some(isByteLevel);
}
