import type { GgufValue } from "../../weights/gguf-value.js";
import { plainAddedToken, SPECIAL_TOKEN_FIELDS } from "./added-tokens.js";
import { readChatTemplate } from "./chat-template-source.js";
import { readCheckpointBytes, readCheckpointJson, unsupported } from "./checkpoint-json.js";
import { loadSentencePiece } from "./load-sentencepiece.js";
import { loadTokenizerJson } from "./load-tokenizer-json.js";
import type { LoadedTokenizer } from "./loaded-tokenizer.js";
import { readSentencePieceModel } from "./sentencepiece-model.js";
import { readSpecialIds, specialIdEntries, templateVariables } from "./special-ids.js";
import type { TokenizerInfo } from "./tokenizer-info.js";
import {
  addedTokensFileSchema,
  tokenizerConfigSchema,
  tokenizerJsonSchema,
  type TokenizerConfig,
} from "./tokenizer-json.js";
import { CheckpointError } from "../../errors.js";

const TOKENIZER_FILE = "tokenizer.json";
const SENTENCEPIECE_FILE = "tokenizer.model";

/**
 * Reads a checkpoint's tokenizer files into what the GGUF and `reward.json` need. `tokenizer.json` goes before
 * `tokenizer.model`: it is what the transformers library uses when both are there.
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
  const tokenizerConfig = await readTokenizerConfig(checkpointDir);
  if (tokenizerConfig.split_special_tokens === true) {
    throw unsupported(
      "tokenizer_config.json: split_special_tokens is set, so that the template's own special tokens would be read as plain text. " +
        "Prompts here have them as tokens: remove it if the model was trained so.",
    );
  }
  const loaded =
    (await fromTokenizerJson(checkpointDir, tokenizerConfig, vocabSize)) ??
    (await fromSentencePiece(checkpointDir, tokenizerConfig, vocabSize));
  if (loaded === undefined) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has no tokenizer: neither ${TOKENIZER_FILE} nor ${SENTENCEPIECE_FILE} is in ${checkpointDir}. ` +
        "Download the missing file from the model's page.",
    );
  }
  const ids = readSpecialIds(config, tokenizerConfig, loaded);
  const chatTemplate = await readChatTemplate(checkpointDir, tokenizerConfig);
  const addedTokens = loaded.added.tokens;
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
    prefixTokens: loaded.additions.prefix,
    suffixTokens: loaded.additions.suffix,
    bosToken: ids.bos,
    eosToken: ids.eos,
    padToken: ids.pad,
    chatTemplate,
    templateVariables: templateVariables(tokenizerConfig),
    notes: loaded.added.notes,
  };
}

/** `tokenizer_config.json`, with what only `special_tokens_map.json` says. */
async function readTokenizerConfig(checkpointDir: string): Promise<TokenizerConfig> {
  const own = await readCheckpointJson(checkpointDir, "tokenizer_config.json", tokenizerConfigSchema);
  const map = await readCheckpointJson(checkpointDir, "special_tokens_map.json", tokenizerConfigSchema);
  const merged: TokenizerConfig = { ...own };
  for (const field of SPECIAL_TOKEN_FIELDS) merged[field] ??= map?.[field];
  return merged;
}

async function fromTokenizerJson(
  checkpointDir: string,
  config: TokenizerConfig,
  vocabSize: number,
): Promise<LoadedTokenizer | undefined> {
  const tokenizer = await readCheckpointJson(checkpointDir, TOKENIZER_FILE, tokenizerJsonSchema);
  return tokenizer && loadTokenizerJson(tokenizer, config, vocabSize, TOKENIZER_FILE);
}

async function fromSentencePiece(
  checkpointDir: string,
  config: TokenizerConfig,
  vocabSize: number,
): Promise<LoadedTokenizer | undefined> {
  const bytes = await readCheckpointBytes(checkpointDir, SENTENCEPIECE_FILE);
  if (bytes === undefined) return undefined;
  const file = await readCheckpointJson(checkpointDir, "added_tokens.json", addedTokensFileSchema);
  const named = new Set(SPECIAL_TOKEN_FIELDS.map((field) => config[field]));
  const added = Object.entries(file ?? {}).map(([text, id]) => plainAddedToken(id, text, named.has(text)));
  const model = readSentencePieceModel(bytes, SENTENCEPIECE_FILE);
  return loadSentencePiece(model, added, config, vocabSize, SENTENCEPIECE_FILE);
}
