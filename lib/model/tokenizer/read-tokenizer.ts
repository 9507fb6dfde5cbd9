import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import { readChatTemplate } from "./chat-template-source.js";
import { invalidField, readCheckpointBytes, readCheckpointJson, unsupported } from "./checkpoint-json.js";
import { loadSentencePiece } from "./load-sentencepiece.js";
import { loadTokenizerJson } from "./load-tokenizer-json.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import { readSentencePieceModel } from "./sentencepiece-model.js";
import { readSpecialIds, specialIdEntries, templateVariables } from "./special-ids.js";
import type { TokenizerInfo } from "./tokenizer-info.js";
import { readTokenStatements, type TokenStatements } from "./token-statements.js";
import { tokenizerClassOf, type TokenizerClass } from "./tokenizer-class.js";
import {
  tokenizerConfigSchema,
  tokenizerJsonSchema,
  type TokenizerConfig,
  type TokenizerJson,
} from "./tokenizer-json.js";
import { readVocabFiles, VOCAB_FILE } from "./vocab-files.js";
import { CheckpointError } from "../../errors.js";

const TOKENIZER_FILE = "tokenizer.json";
const SENTENCEPIECE_FILE = "tokenizer.model";

/**
 * Reads a checkpoint's tokenizer files into what the GGUF and `reward.json` need. `tokenizer.json` goes before
 * `tokenizer.model`, and that before `vocab.json` with `merges.txt`: it is what the transformers library uses when several are there.
 * @param config the checkpoint's `config.json`
 * @param vocabSize rows of the embedding
 * @throws CheckpointError `CHECKPOINT_INVALID` a file is missing or damaged; `CHECKPOINT_UNSUPPORTED` llama.cpp would tokenize
 * otherwise than this tokenizer.
 */
export async function readTokenizer(
  checkpointDir: string,
  config: Readonly<Record<string, unknown>>,
  vocabSize: number,
): Promise<TokenizerInfo> {
  const tokenizerConfig =
    (await readCheckpointJson(checkpointDir, "tokenizer_config.json", tokenizerConfigSchema)) ?? {};
  if (tokenizerConfig.split_special_tokens === true) {
    throw unsupported(
      "tokenizer_config.json: split_special_tokens is set, so that the template's own special tokens would be read as plain text. " +
        "Prompts here have them as tokens: remove it if the model was trained so.",
    );
  }
  const tokenizerClass = tokenizerClassOf(tokenizerConfig, config);
  const statements = await readTokenStatements(checkpointDir, tokenizerConfig, tokenizerClass);
  const load = (tokenizer: TokenizerJson | undefined, file: string): LoadedTokenizer | undefined =>
    tokenizer && loadTokenizerJson(tokenizer, tokenizerConfig, tokenizerClass, statements, vocabSize, file);
  const loaded =
    load(await readCheckpointJson(checkpointDir, TOKENIZER_FILE, tokenizerJsonSchema), TOKENIZER_FILE) ??
    (await fromSentencePiece(checkpointDir, tokenizerConfig, tokenizerClass, statements, vocabSize)) ??
    load(await readVocabFiles(checkpointDir, tokenizerConfig, tokenizerClass), VOCAB_FILE);
  if (loaded === undefined) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has no tokenizer: neither ${TOKENIZER_FILE} nor ${SENTENCEPIECE_FILE} nor ${VOCAB_FILE} is in ${checkpointDir}. ` +
        "Download the missing file from the model's page.",
    );
  }
  const ids = readSpecialIds(config, statements, loaded);
  const chatTemplate = await readChatTemplate(checkpointDir, tokenizerConfig);
  const addedTokens = loaded.added.tokens;
  const { prefix, suffix } = loaded.additions;
  for (const id of [...prefix, ...suffix, ids.bos ?? 0, ids.eos ?? 0]) {
    if (id < vocabSize) continue;
    throw invalidField(
      "tokenizer files",
      "special tokens",
      `id ${id} has no row in the embedding of ${vocabSize} rows`,
    );
  }
  if (statements.additional.length > 0 && /\badditional_special_tokens\b/.test(chatTemplate ?? "")) {
    throw unsupported(
      "The chat template uses the list additional_special_tokens, which release 4 of transformers gives it and 5 does not. Write the tokens " +
        "themselves into the template.",
    );
  }
  return {
    metadata: new Map<string, GgufValue>([
      ...loaded.vocabulary.entries,
      ...specialIdEntries(ids),
      // The caller adds them, from prefixTokens and suffixTokens.
      ["tokenizer.ggml.add_bos_token", { type: "bool", value: false }],
      ["tokenizer.ggml.add_eos_token", { type: "bool", value: false }],
      ...(chatTemplate === null
        ? []
        : ([["tokenizer.chat_template", { type: "string", value: chatTemplate }]] as const)),
    ]),
    vocabSize,
    family: loaded.vocabulary.family,
    normalization: loaded.normalization,
    spacePrefix: loaded.spacePrefix,
    stripBefore: addedTokens.filter((token) => token.lstrip).map((token) => token.content),
    stripAfter: addedTokens.filter((token) => token.rstrip).map((token) => token.content),
    prefixTokens: prefix,
    suffixTokens: suffix,
    bosToken: ids.bos,
    eosToken: ids.eos,
    padToken: ids.pad,
    clsToken: tokenIdOf(statements.roles.cls_token?.content, loaded.vocab, loaded.added),
    chatTemplate,
    templateVariables: templateVariables(statements),
    tokensWithoutRow: loaded.added.withoutRow,
    notes: loaded.added.notes,
  };
}

async function fromSentencePiece(
  checkpointDir: string,
  config: TokenizerConfig,
  tokenizerClass: TokenizerClass,
  statements: TokenStatements,
  vocabSize: number,
): Promise<LoadedTokenizer | undefined> {
  const bytes = await readCheckpointBytes(checkpointDir, SENTENCEPIECE_FILE);
  if (bytes === undefined) return undefined;
  const model = readSentencePieceModel(bytes, SENTENCEPIECE_FILE);
  return loadSentencePiece(model, config, tokenizerClass, statements, vocabSize, SENTENCEPIECE_FILE);
}
