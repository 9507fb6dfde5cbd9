import { unsupported } from "./checkpoint-json.js";
import type { Vocabulary } from "./loaded-tokenizer.js";
import type { Merge } from "./merges.js";
import { findPreTokenizer } from "./pre-tokenizer.js";
import { respellTokens } from "./respell-tokens.js";
import { layOutTokens, TOKEN_TYPE } from "./token-list.js";
import type { AddedToken, BpeModel, Component } from "./tokenizer-json.js";

/**
 * No token whose text matters to llama.cpp is ever made of text: each has a letter in front of a punctuation mark, where all
 * known pre-tokenizers split, or characters that are none of the byte alphabet. And merges alone decide what is joined.
 */
const NEVER_MADE = { isMade: () => false, isJoined: () => false };

/**
 * A byte-level BPE vocabulary (GPT-2, Llama 3, Qwen 2): every byte is written as a visible character, so that no text is
 * unknown.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when llama.cpp would split the text otherwise.
 */
export function byteLevelVocabulary(
  model: BpeModel,
  merges: readonly Merge[],
  preTokenizer: Component,
  addedTokens: readonly AddedToken[],
  vocabSize: number,
  file: string,
): Vocabulary {
  if (model.byte_fallback) {
    throw unsupported(`${file}: a byte-level tokenizer with byte_fallback is not known to llama.cpp.`);
  }
  const pre = findPreTokenizer(preTokenizer, model.ignore_merges);
  const laidOut = layOutTokens(model.vocab, addedTokens, vocabSize, () => TOKEN_TYPE.normal, file);
  const list = respellTokens(laidOut, NEVER_MADE, file);
  return {
    family: `bpe/${pre}`,
    entries: [
      ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
      ["tokenizer.ggml.pre", { type: "string", value: pre }],
      ["tokenizer.ggml.tokens", { type: "array", of: "string", values: list.texts }],
      ["tokenizer.ggml.token_type", { type: "array", of: "i32", values: list.types }],
      [
        "tokenizer.ggml.merges",
        { type: "array", of: "string", values: merges.map((pair) => pair.join(" ")) },
      ],
    ],
  };
}
