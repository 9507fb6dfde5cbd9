import type { SpacePrefix } from "../../score/template/prompt-spec.js";
import { respelled } from "../../score/template/respelled-tokens.js";
import { collectAddedTokens, type AddedTokens } from "./added-tokens.js";
import { unsupported } from "./checkpoint-json.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import { refuseNormalizedTokens } from "./normalized-tokens.js";
import type { Normalization } from "./normalizer.js";
import { readAdditions } from "./post-processor.js";
import { isJoinable } from "./joinable.js";
import { respellTokens } from "./respell-tokens.js";
import { spmEntries } from "./sentencepiece-bpe.js";
import type { Piece, SentencePieceModel } from "./sentencepiece-model.js";
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
  const pieces = piecesOf(model, tokenizerClass, statements);
  const vocab = new Map(pieces.map(({ text }, id) => [text, id]));
  checkVocabulary(vocab, vocabSize, file);
  const added = withNul(collectAddedTokens([], statements, vocab, vocabSize), vocab, file);
  const settings = tokenizerClass.renamesPieces === true ? {} : config;
  const spacePrefix = spacePrefixOf(model, settings);
  refuseNormalizedTokens(added.tokens, convertedNormalization(settings, spacePrefix), file);
  const typeOfPiece = (text: string): number | undefined => pieces[vocab.get(text) ?? -1]?.type;
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
  const lowest = pieces.reduce((score, piece) => Math.min(score, piece.score), 0);
  const scores = Float32Array.from(list.texts, (_, id) => pieces[id]?.score ?? lowest);
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

/** Source: InternLM's tokenization_internlm2_fast.py, `InternLM2Converter`. */
const FIRST_PIECES = ["<unk>", "<s>", "</s>"];

/** The pieces with the texts that the tokenizer's class gives them. */
function piecesOf(
  { pieces }: SentencePieceModel,
  { renamesPieces = false }: TokenizerClass,
  { withIds }: TokenStatements,
): readonly Piece[] {
  const names = new Map(withIds.map(({ id, content }) => [id, content]));
  return pieces.map((piece, id) => {
    const text = renamesPieces ? (names.get(id) ?? FIRST_PIECES[id] ?? piece.text) : piece.text;
    return { ...piece, text: text === NUL ? respelled(NUL) : text };
  });
}

const NUL = "\0";

/**
 * llama.cpp cannot form a token that is a NUL, so it is looked for as the added tokens are. That is the same where nothing is joined to it.
 */
function withNul(added: AddedTokens, vocab: ReadonlyMap<string, number>, file: string): AddedTokens {
  const content = respelled(NUL);
  const id = vocab.get(content);
  if (id === undefined) return added;
  const longer = [...vocab.keys()].find((text) => text.includes(NUL));
  if (longer !== undefined) {
    throw unsupported(
      `${file}: the token ${JSON.stringify(longer)} has a NUL character, which llama.cpp cannot hold.`,
    );
  }
  const token = {
    id,
    content,
    special: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
    normalized: false,
  };
  return { ...added, tokens: [...added.tokens, token] };
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
