import { collectAddedTokens, type AddedTokens } from "./added-tokens.js";
import { byteLevelVocabulary } from "./byte-level-bpe.js";
import { unsupported } from "./checkpoint-json.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import { readMerges } from "./merges.js";
import { readNormalizer, type Normalization } from "./normalizer.js";
import { refuseNormalizedTokens } from "./normalized-tokens.js";
import { readAdditions } from "./post-processor.js";
import { isByteLevel } from "./pre-tokenizer.js";
import { sentencePieceVocabulary } from "./sentencepiece-bpe.js";
import { readSpacePrefix } from "./space-prefix.js";
import { checkVocabulary } from "./token-list.js";
import type { TokenStatements } from "./token-statements.js";
import type { TokenizerClass } from "./tokenizer-class.js";
import type { BpeModel, TokenizerConfig, TokenizerJson } from "./tokenizer-json.js";

/**
 * Turns a parsed `tokenizer.json` into a vocabulary for llama.cpp.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`
 */
export function loadTokenizerJson(
  tokenizer: TokenizerJson,
  config: TokenizerConfig,
  tokenizerClass: TokenizerClass,
  statements: TokenStatements,
  vocabSize: number,
  file: string,
): LoadedTokenizer {
  const { model } = tokenizer;
  if (model.type !== "BPE") {
    throw unsupported(
      `${file}: ${model.type} tokenizers are not supported: llama.cpp has none for decoder models. Only BPE is.`,
    );
  }
  const normalization = readNormalizer(tokenizer.normalizer);
  checkVocabulary(model.vocab, vocabSize, file);
  const added = collectAddedTokens(tokenizer.added_tokens, statements, model.vocab, vocabSize);
  refuseNormalizedTokens(added.tokens, normalization, file);
  return {
    ...readVocabulary(tokenizer, config, model, normalization, added, vocabSize, file),
    vocab: model.vocab,
    added,
    additions: readAdditions(
      tokenizer.post_processor ?? null,
      config,
      tokenizerClass,
      statements,
      (text) => tokenIdOf(text, model.vocab, added),
      file,
    ),
  };
}

function readVocabulary(
  { pre_tokenizer: preTokenizer }: TokenizerJson,
  config: TokenizerConfig,
  model: BpeModel,
  normalization: Normalization,
  added: AddedTokens,
  vocabSize: number,
  file: string,
): Pick<LoadedTokenizer, "vocabulary" | "normalization" | "spacePrefix"> {
  if (model.continuing_subword_prefix || model.end_of_word_suffix) {
    throw unsupported(
      `${file}: model.continuing_subword_prefix and end_of_word_suffix are unknown to llama.cpp.`,
    );
  }
  const merges = readMerges(model, file);
  if (preTokenizer == null || !isByteLevel(preTokenizer)) {
    const spacePrefix = readSpacePrefix(normalization, preTokenizer, merges);
    // transformers would make the tokenizer anew, from tokenizer.model (4.46) or by rules of its own (5).
    if (config.add_prefix_space === false && spacePrefix !== "none") {
      throw unsupported(
        `tokenizer_config.json says add_prefix_space false, but ${file} puts a space in front of every text: save the tokenizer ` +
          "with transformers, so that they agree.",
      );
    }
    const vocabulary = sentencePieceVocabulary(
      model,
      merges,
      added.tokens,
      vocabSize,
      spacePrefix === "native",
      file,
    );
    return { vocabulary, spacePrefix, normalization: normalization.form };
  }
  if (normalization.marksSpaces || normalization.prepends) {
    throw unsupported(`${file}: a byte-level tokenizer that marks spaces is not known to llama.cpp.`);
  }
  const vocabulary = byteLevelVocabulary(model, merges, preTokenizer, added.tokens, vocabSize, file);
  return { vocabulary, spacePrefix: "none", normalization: normalization.form };
}
