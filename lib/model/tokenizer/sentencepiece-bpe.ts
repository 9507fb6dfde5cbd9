import { invalidField, unsupported } from "./checkpoint-json.js";
import type { Vocabulary } from "./loaded-tokenizer.js";
import { isCharacter, isJoinable } from "./joinable.js";
import { scoresFromMerges } from "./merge-scores.js";
import type { Merge } from "./merges.js";
import { respellTokens } from "./respell-tokens.js";
import { layOutTokens, TOKEN_TYPE, type TokenList } from "./token-list.js";
import type { AddedToken, BpeModel, Vocab } from "./tokenizer-json.js";

const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/;
const BYTE_COUNT = 256;
const ASCII_COUNT = 128;

/**
 * A SentencePiece-style BPE vocabulary (Llama 2, Mistral, Yi, Gemma, Phi-3): spaces are marked, unknown characters are
 * written as byte tokens. llama.cpp joins by score where the tokenizers library joins by rank, so the scores come from
 * the ranks.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when llama.cpp would join other pairs; `CHECKPOINT_INVALID`.
 */
export function sentencePieceVocabulary(
  model: BpeModel,
  merges: readonly Merge[],
  addedTokens: readonly AddedToken[],
  vocabSize: number,
  addsSpacePrefix: boolean,
  file: string,
): Vocabulary {
  if (!model.byte_fallback) {
    throw unsupported(
      `${file}: a SentencePiece-style tokenizer without byte_fallback has unknown characters, which llama.cpp cannot write.`,
    );
  }
  if (model.ignore_merges) {
    throw unsupported(
      `${file}: model.ignore_merges has no counterpart in llama.cpp's SentencePiece tokenizer.`,
    );
  }
  checkBytes(model.vocab, file);
  const typeOf = (text: string): number => {
    if (text === model.unk_token) return TOKEN_TYPE.unknown;
    return BYTE_TOKEN.test(text) ? TOKEN_TYPE.byte : TOKEN_TYPE.normal;
  };
  const laidOut = layOutTokens(model.vocab, addedTokens, vocabSize, typeOf, file);
  const merged = new Set(merges.map(([left, right]) => left + right));
  const known = new Set(laidOut.texts);
  const list = respellTokens(
    laidOut,
    {
      isMade: (text) => merged.has(text) || (isCharacter(text) && model.vocab.has(text)),
      isJoined: (text) => !merged.has(text) && isJoinable(text, known),
    },
    file,
  );
  return { family: "spm", entries: spmEntries(list, scoresFromMerges(list, merges), addsSpacePrefix) };
}

/** The metadata of a vocabulary for llama.cpp's SentencePiece tokenizer. */
export function spmEntries(
  list: TokenList,
  scores: Float32Array,
  addsSpacePrefix: boolean,
): Vocabulary["entries"] {
  return [
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    ["tokenizer.ggml.pre", { type: "string", value: "default" }],
    ["tokenizer.ggml.tokens", { type: "array", of: "string", values: list.texts }],
    ["tokenizer.ggml.scores", { type: "array", of: "f32", values: scores }],
    ["tokenizer.ggml.token_type", { type: "array", of: "i32", values: list.types }],
    ["tokenizer.ggml.add_space_prefix", { type: "bool", value: addsSpacePrefix }],
  ];
}

/** Every byte needs a token: `<0x..>`, or the character itself where that is one (Gemma has the tab so). */
function checkBytes(vocab: Vocab, file: string): void {
  for (let byte = 0; byte < BYTE_COUNT; byte += 1) {
    const token = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    const isCharacter = byte < ASCII_COUNT && vocab.has(String.fromCharCode(byte));
    if (!vocab.has(token) && !isCharacter) {
      throw invalidField(file, "model.vocab", `byte_fallback is set but the byte token ${token} is missing`);
    }
  }
}
