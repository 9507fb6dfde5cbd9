import type { SpacePrefix } from "../../score/template/prompt-spec.js";
import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import type { AddedTokens } from "./added-tokens.js";
import type { Additions } from "./post-processor.js";
import type { TokenizerInfo } from "./tokenizer-info.js";
import type { Vocab } from "./tokenizer-json.js";

/** The part of the `tokenizer.ggml.*` metadata that depends on the kind of tokenizer. */
export interface Vocabulary {
  /** llama.cpp's tokenizer, for messages: `bpe/llama-bpe`, `spm`. */
  family: string;
  entries: readonly (readonly [key: string, value: GgufValue])[];
}

/** A tokenizer as its main file describes it, `tokenizer.json` or `tokenizer.model`. */
export interface LoadedTokenizer {
  vocabulary: Vocabulary;
  vocab: Vocab;
  added: AddedTokens;
  normalization: TokenizerInfo["normalization"];
  spacePrefix: SpacePrefix;
  additions: Additions;
}

/** The id of a token by its text; null when the tokenizer has no such token. */
export function tokenIdOf(text: string | null | undefined, vocab: Vocab, added: AddedTokens): number | null {
  if (text == null) return null;
  return added.tokens.find((token) => token.content === text)?.id ?? vocab.get(text) ?? null;
}
