import { invalidField, readCheckpointJson, readCheckpointText, unsupported } from "./checkpoint-json.js";
import { QWEN2_REGEX } from "./pre-tokenizer.js";
import type { TokenizerClass } from "./tokenizer-class.js";
import { vocabSchema, type Component, type TokenizerConfig, type TokenizerJson } from "./tokenizer-json.js";

/** The files that byte-level tokenizers had before `tokenizer.json`: ids by text, and pairs to merge, one a line. */
export const VOCAB_FILE = "vocab.json";
export const MERGES_FILE = "merges.txt";

const BYTE_LEVEL: Component = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };

/** Normalizer and pre-tokenizer. Source: transformers 5.24.0, `Qwen2Tokenizer.__init__`, `GPT2Tokenizer.__init__`. */
const SPLITTING: Record<
  NonNullable<TokenizerClass["splitting"]>,
  Pick<TokenizerJson, "normalizer" | "pre_tokenizer">
> = {
  qwen2: {
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: QWEN2_REGEX }, behavior: "Isolated", invert: false },
        { ...BYTE_LEVEL, use_regex: false },
      ],
    },
  },
  gpt2: { normalizer: null, pre_tokenizer: { ...BYTE_LEVEL, use_regex: true } },
};

/**
 * The tokenizer that the transformers library makes of `vocab.json` and `merges.txt`, in the form of `tokenizer.json`. What those files
 * leave open, the tokenizer's class decides.
 * @returns undefined where there is no `vocab.json`
 * @throws CheckpointError `CHECKPOINT_INVALID`; `CHECKPOINT_UNSUPPORTED` a class whose splitting is not known here
 */
export async function readVocabFiles(
  checkpointDir: string,
  { add_prefix_space: addsSpace, tokenizer_class: name }: TokenizerConfig,
  { splitting }: TokenizerClass,
): Promise<TokenizerJson | undefined> {
  const vocab = await readCheckpointJson(checkpointDir, VOCAB_FILE, vocabSchema);
  if (vocab === undefined) return undefined;
  if (splitting === undefined || addsSpace === true) {
    throw unsupported(
      `The checkpoint has ${VOCAB_FILE} but no tokenizer.json, and how ${name ?? "its tokenizer's class"} splits texts ` +
        `${addsSpace === true ? "with add_prefix_space " : ""}is known here for Qwen2Tokenizer and GPT2Tokenizer only, without ` +
        "add_prefix_space. Save the tokenizer with transformers, which writes tokenizer.json.",
      { tokenizerClass: name },
    );
  }
  const merges = await readMergesFile(checkpointDir);
  const model = { type: "BPE", vocab, merges, byte_fallback: false, ignore_merges: false } as const;
  return { added_tokens: [], post_processor: null, ...SPLITTING[splitting], model };
}

/** Source: tokenizers 0.22, `models/bpe/model.rs`, `BPE::read_file`. */
async function readMergesFile(checkpointDir: string): Promise<string[]> {
  const text = await readCheckpointText(checkpointDir, MERGES_FILE);
  if (text === undefined) throw invalidField(MERGES_FILE, "(root)", `missing, though ${VOCAB_FILE} is there`);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.filter((line, index) => {
    if (line.startsWith("#version")) return false;
    if (line.split(" ").length === 2) return true;
    throw invalidField(
      MERGES_FILE,
      `line ${index + 1}`,
      `expected two tokens but found ${JSON.stringify(line)}`,
    );
  });
}
