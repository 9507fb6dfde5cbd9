import type { SpacePrefix } from "../../score/template/prompt-spec.js";
import { collectAddedTokens } from "./added-tokens.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import { refuseNormalizedTokens } from "./normalized-tokens.js";
import type { Normalization } from "./normalizer.js";
import { readAdditions } from "./post-processor.js";
import { isJoinable } from "./joinable.js";
import { respellTokens } from "./respell-tokens.js";
import { spmEntries } from "./sentencepiece-bpe.js";
import type { SentencePieceModel } from "./sentencepiece-model.js";
import { checkVocabulary, layOutTokens, TOKEN_TYPE } from "./token-list.js";
import type { TokenStatements } from "./token-statements.js";
import type { TokenizerClass } from "./tokenizer-class.js";
import type { TokenizerConfig } from "./tokenizer-json.js";

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
  config: TokenizerConfig,
  tokenizerClass: TokenizerClass,
  statements: TokenStatements,
  vocabSize: number,
  file: string,
): LoadedTokenizer {
  const vocab = new Map(model.pieces.map(({ text }, id) => [text, id]));
  checkVocabulary(vocab, vocabSize, file);
  const added = collectAddedTokens([], statements, vocab, vocabSize);
  const spacePrefix = spacePrefixOf(model, config);
  refuseNormalizedTokens(added.tokens, convertedNormalization(config, spacePrefix), file);
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
  return {
    vocabulary: { family: "spm", entries: spmEntries(list, scores, spacePrefix === "native") },
    vocab,
    added,
    normalization: null,
    spacePrefix,
    additions: readAdditions(
      undefined,
      config,
      tokenizerClass,
      statements,
      (text) => tokenIdOf(text, vocab, added),
      file,
    ),
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

/** The normalizer that the transformers library makes for such a model: without `legacy` none, since the pre-tokenizer marks the spaces. */
function convertedNormalization(config: TokenizerConfig, spacePrefix: SpacePrefix): Normalization {
  return { form: null, marksSpaces: config.legacy !== false, prepends: spacePrefix === "native" };
}
