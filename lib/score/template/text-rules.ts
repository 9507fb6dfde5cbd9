import type { SpacePrefix, PromptSpec } from "./prompt-spec.js";
import { normalizeText } from "./normalize.js";

/** What a checkpoint's tokenizer does to a text before it splits it, and llama.cpp's does not. */
export interface TextRules {
  normalization: PromptSpec["normalization"];
  spacePrefix: SpacePrefix;
  /** Added tokens that swallow the white space in front of them, and behind them. */
  stripBefore: readonly string[];
  stripAfter: readonly string[];
}

/** White space as the Rust regular expressions of the tokenizers library have it: not the byte order mark. */
const LEADING_SPACE = /^\p{White_Space}+/u;
const TRAILING_SPACE = /\p{White_Space}+$/u;
const SPACE_OR_MARK = /^[ ▁]/;

/** Where a stretch of text stands. */
export interface StretchPlace {
  /** Nothing is in front of it, not even a token. */
  isFirst: boolean;
  /** The added tokens next to it. */
  tokenBefore?: string | undefined;
  tokenAfter?: string | undefined;
}

/**
 * Changes a stretch of text between added tokens so that llama.cpp makes the tokens of the checkpoint's tokenizer. Order of
 * the steps: white space that the neighbours swallow, Unicode normalization, space in front.
 * Source: tokenizers 0.20, `AddedVocabulary::extract_and_normalize`, `pre_tokenizers/metaspace.rs`.
 */
export function prepareStretch(text: string, rules: TextRules, place: StretchPlace): string {
  let result = text;
  if (place.tokenBefore !== undefined && rules.stripAfter.includes(place.tokenBefore)) {
    result = result.replace(LEADING_SPACE, "");
  }
  if (place.tokenAfter !== undefined && rules.stripBefore.includes(place.tokenAfter)) {
    result = result.replace(TRAILING_SPACE, "");
  }
  if (rules.normalization !== null) result = normalizeText(result, rules.normalization);
  const wantsSpace = rules.spacePrefix === "each" || (rules.spacePrefix === "first" && place.isFirst);
  return wantsSpace && result !== "" && !SPACE_OR_MARK.test(result) ? ` ${result}` : result;
}
