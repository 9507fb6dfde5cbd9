import { collectAddedTokens } from "./added-tokens.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import { readAdditions } from "./post-processor.js";
import { isJoinable } from "./joinable.js";
import { respellTokens } from "./respell-tokens.js";
import { spmEntries } from "./sentencepiece-bpe.js";
import type { SentencePieceModel } from "./sentencepiece-model.js";
import { layOutTokens, TOKEN_TYPE } from "./token-list.js";
import type { SpacePrefix } from "./tokenizer-info.js";
import type { AddedToken, TokenizerConfig } from "./tokenizer-json.js";

/** Pieces that SentencePiece joins smaller ones to. Source: google/sentencepiece v0.2.0, `ModelInterface::InitializePieces`. */
const JOINED_TYPES: ReadonlySet<number | undefined> = new Set([
  TOKEN_TYPE.normal,
  TOKEN_TYPE.userDefined,
  TOKEN_TYPE.unused,
]);

/**
 * Turns a SentencePiece model, for a checkpoint without `tokenizer.json`, into a vocabulary for llama.cpp, whose tokenizer
 * is SentencePiece's: scores and types are taken as they are.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`
 */
export function loadSentencePiece(
  model: SentencePieceModel,
  addedTokens: readonly AddedToken[],
  config: TokenizerConfig,
  vocabSize: number,
  file: string,
): LoadedTokenizer {
  const vocab = new Map(model.pieces.map(({ text }, id) => [text, id]));
  const added = collectAddedTokens(addedTokens, config, vocab, vocabSize);
  const typeOfPiece = (text: string): number | undefined => model.pieces[vocab.get(text) ?? -1]?.type;
  const typeOf = (text: string): number => typeOfPiece(text) ?? TOKEN_TYPE.normal;
  const laidOut = layOutTokens(vocab, added.tokens, vocabSize, typeOf, file);
  const known = new Set(laidOut.texts);
  const list = respellTokens(
    laidOut,
    {
      isMade: (text) => JOINED_TYPES.has(typeOfPiece(text)) && isJoinable(text, known),
      isJoined: (text) => isJoinable(text, known),
    },
    file,
  );
  const lowest = model.pieces.reduce((score, piece) => Math.min(score, piece.score), 0);
  const scores = Float32Array.from(list.texts, (_, id) => model.pieces[id]?.score ?? lowest);
  const spacePrefix = spacePrefixOf(model, config);
  return {
    vocabulary: { family: "spm", entries: spmEntries(list, scores, spacePrefix === "native") },
    vocab,
    added,
    normalization: null,
    spacePrefix,
    additions: readAdditions(undefined, config, (text) => tokenIdOf(text, vocab, added), file),
  };
}

/**
 * The transformers library puts the space in front of every stretch of text, or since the fix behind `legacy: false` only
 * in front of the first. Source: transformers 4.46, `convert_slow_tokenizer.LlamaConverter`.
 */
function spacePrefixOf(model: SentencePieceModel, config: TokenizerConfig): SpacePrefix {
  if (!(config.add_prefix_space ?? model.addsSpacePrefix)) return "none";
  return config.legacy === false ? "first" : "native";
}
