import type { PromptSpec, SpacePrefix } from "../../score/template/prompt-spec.js";
import type { GgufMetadata } from "../../formats/gguf/gguf-value.js";

/** Everything a checkpoint's tokenizer files say, in the form the GGUF and `reward.json` need. */
export interface TokenizerInfo {
  /** `tokenizer.ggml.*` entries. */
  metadata: GgufMetadata;
  /** Tokens in `metadata`: the embedding's rows, unused ids filled. */
  vocabSize: number;
  /** llama.cpp's tokenizer, for messages: `bpe/llama-bpe`, `spm`. */
  family: string;
  normalization: PromptSpec["normalization"];
  spacePrefix: SpacePrefix;
  /** Special tokens that swallow the white space in front of them (`lstrip`), behind them (`rstrip`). llama.cpp does neither. */
  stripBefore: readonly string[];
  stripAfter: readonly string[];
  /** Ids the tokenizer adds when asked for its special tokens (its post-processor's template). */
  prefixTokens: readonly number[];
  suffixTokens: readonly number[];
  bosToken: number | null;
  eosToken: number | null;
  padToken: number | null;
  clsToken: number | null;
  /** Jinja source, or null when the checkpoint has none. */
  chatTemplate: string | null;
  /** `bos_token`, `eos_token`, … as the template sees them. */
  templateVariables: Readonly<Record<string, string>>;
  /** Texts of added tokens beyond the embedding: plain text here, an error in transformers. */
  tokensWithoutRow: readonly string[];
  /** What the user should know about this tokenizer. */
  notes: readonly string[];
}
