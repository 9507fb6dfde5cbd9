import { invalidField, unsupported } from "./checkpoint-json.js";
import type { AddedToken, Vocab } from "./tokenizer-json.js";

/** Token types of a GGUF vocabulary. Source: llama.cpp include/llama.h, `llama_token_type`. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Tokens by id, as the GGUF lists them. */
export interface TokenList {
  texts: string[];
  types: number[];
}

/**
 * Checks that every token of the base vocabulary has a row of the embedding for itself. Ids in between may have no token.
 * @throws CheckpointError `CHECKPOINT_INVALID`
 */
export function checkVocabulary(vocab: Vocab, vocabSize: number, file: string): void {
  const texts = new Map<number, string>();
  for (const [text, id] of vocab) {
    if (id >= vocabSize) {
      throw invalidField(
        file,
        `model.vocab[${JSON.stringify(text)}]`,
        `id ${id} has no row in the embedding of ${vocabSize} rows`,
      );
    }
    const other = texts.get(id);
    if (other !== undefined) {
      throw invalidField(
        file,
        "model.vocab",
        `id ${id} belongs to ${JSON.stringify(other)} and ${JSON.stringify(text)}`,
      );
    }
    texts.set(id, text);
  }
}

/**
 * Lays the base vocabulary and the added tokens out by id, one entry for every row of the embedding. Ids without a token
 * get unique names of type "unused", which no text ever becomes.
 * @param vocab one that `checkVocabulary` has passed
 * @throws CheckpointError `CHECKPOINT_INVALID`: an id twice or a text twice.
 */
export function layOutTokens(
  vocab: Vocab,
  addedTokens: readonly AddedToken[],
  vocabSize: number,
  typeOf: (text: string) => number,
  file: string,
): TokenList {
  const texts = new Array<string | undefined>(vocabSize).fill(undefined);
  const types = new Array<number>(vocabSize).fill(TOKEN_TYPE.unused);
  for (const [text, id] of vocab) {
    texts[id] = text;
    types[id] = typeOf(text);
  }
  for (const token of addedTokens) {
    const other = texts[token.id];
    // The tokenizers library would give the added token a new id, without a row in the embedding.
    if (other !== undefined && other !== token.content) {
      throw invalidField(
        file,
        "added_tokens",
        `id ${token.id} is ${JSON.stringify(token.content)}, but ${JSON.stringify(other)} in model.vocab`,
      );
    }
    texts[token.id] = token.content;
    types[token.id] = token.special ? TOKEN_TYPE.control : TOKEN_TYPE.userDefined;
  }
  const list = { texts: texts.map((text, id) => text ?? `[UNUSED_ID_${id}]`), types };
  checkTexts(list.texts, file);
  return list;
}

/** llama.cpp aborts the process when two tokens have one text, and it ends a text at its first NUL. */
function checkTexts(texts: readonly string[], file: string): void {
  const idByText = new Map<string, number>();
  texts.forEach((text, id) => {
    if (text.includes("\0")) {
      throw unsupported(`${file}: token ${id} contains a NUL character, which llama.cpp cannot hold.`, {
        id,
      });
    }
    const other = idByText.get(text);
    if (other !== undefined) {
      throw invalidField(file, "added_tokens", `ids ${other} and ${id} are both ${JSON.stringify(text)}`);
    }
    idByText.set(text, id);
  });
}
