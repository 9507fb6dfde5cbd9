import { AddedVocabulary, sameFlags } from "./added-vocabulary.js";
import { invalidField, unsupported } from "./checkpoint-json.js";
import type { TokenStatements } from "./token-statements.js";
import {
  ROLE_NAMES,
  withDefaults,
  type AddedToken,
  type StatedToken,
  type TokenFlags,
  type Vocab,
} from "./tokenizer-json.js";

/** The added tokens that have a row in the embedding, and what was left out. */
export interface AddedTokens {
  tokens: readonly AddedToken[];
  withoutRow: readonly string[];
  notes: readonly string[];
}

/**
 * Collects the added tokens as the transformers library does when it loads a tokenizer; `TokenStatements` says in which order.
 * @param fromTokenizerJson the list of `tokenizer.json`
 * @throws CheckpointError `CHECKPOINT_INVALID`: a file states an id that the token does not get, or a new token has no row in the
 * embedding; `CHECKPOINT_UNSUPPORTED`: `single_word` tokens, which llama.cpp cannot match; statements that releases 4 and 5 of
 * transformers read differently.
 */
export function collectAddedTokens(
  fromTokenizerJson: readonly AddedToken[],
  statements: TokenStatements,
  vocab: Vocab,
  vocabSize: number,
): AddedTokens {
  const vocabulary = new AddedVocabulary(vocab);
  for (const token of fromTokenizerJson) addWithId(vocabulary, token.id, token.content, token, vocab);
  const listed = listedFlags(fromTokenizerJson, statements);
  // One whose flags some token of tokenizer.json has already is not added again.
  const known = new Map(fromTokenizerJson.map(({ content }) => [content, vocabulary.flagsOf(content)]));
  for (const { id, content, flags } of listed.byId) {
    const own = known.get(content);
    if (own === undefined || !sameFlags(own, flags)) addWithId(vocabulary, id, content, flags, vocab);
  }
  addNamed(vocabulary, statements, listed.byContent, vocabSize);
  return withRows(vocabulary, vocabSize);
}

/** The library numbers tokens itself. A stated id that is not the one it gives points at another row of the embedding. */
function addWithId(
  vocabulary: AddedVocabulary,
  stated: number,
  content: string,
  { lstrip, rstrip, single_word, normalized, special }: TokenFlags,
  vocab: Vocab,
): void {
  const isNew = vocabulary.idOf(content) === undefined;
  const id = vocabulary.add(content, { lstrip, rstrip, single_word, normalized, special });
  if (!isNew || id === stated) return;
  const other = [...vocab].find(([, otherId]) => otherId === stated)?.[0];
  throw invalidField(
    "added tokens",
    JSON.stringify(content),
    other === undefined
      ? `its id is ${stated}, but behind the tokens before it the tokenizers library gives it ${id}`
      : `id ${stated} is ${JSON.stringify(content)}, but ${JSON.stringify(other)} in model.vocab`,
  );
}

/**
 * The tokens that files list with ids, and the flags by which tokens with a role go. Without an `added_tokens_decoder` the list of
 * `tokenizer.json` counts here once more: before `added_tokens.json` where both have an id.
 */
function listedFlags(
  fromTokenizerJson: readonly AddedToken[],
  { withIds, hasDecoder }: TokenStatements,
): { byId: TokenStatements["withIds"]; byContent: ReadonlyMap<string, TokenFlags> } {
  const byContent = new Map<string, TokenFlags>();
  if (hasDecoder) {
    for (const { content, flags } of withIds) byContent.set(content, flags);
    return { byId: withIds, byContent };
  }
  const taken = new Set(fromTokenizerJson.map(({ id }) => id));
  for (const token of fromTokenizerJson) byContent.set(token.content, token);
  return { byId: withIds.filter(({ id }) => !taken.has(id)), byContent };
}

/** Adds the special tokens that are named only, and gives known ones the flags of their objects. */
function addNamed(
  vocabulary: AddedVocabulary,
  { roles, isStated, additional, named }: TokenStatements,
  listed: ReadonlyMap<string, TokenFlags>,
  vocabSize: number,
): void {
  const add = (token: StatedToken, source: string, isOptional = false): boolean => {
    const { content } = token;
    const old = vocabulary.flagsOf(content);
    if (content === "" || (old !== undefined && !token.isObject)) return false;
    const flags = { ...withDefaults(token), special: true };
    if (old !== undefined) {
      readd(vocabulary, content, old, flags);
      return false;
    }
    const isNew = vocabulary.idOf(content) === undefined;
    const id = vocabulary.add(content, flags);
    if (isNew && id >= vocabSize && !isOptional) throw withoutRow(content, source, id, vocabSize);
    return isNew;
  };
  // Of several tokens of one text the first counts, except inside the list. Source: `all_special_tokens_extended`.
  const seen = new Set<string>();
  const isFirst = ({ content }: StatedToken): boolean => !seen.has(content);
  for (const role of ROLE_NAMES) {
    const token = roles[role];
    if (token === null || !isFirst(token)) continue;
    seen.add(token.content);
    // What the class names by itself is not looked up among the listed tokens.
    const flags = isStated(role) ? listed.get(token.content) : undefined;
    const found = flags === undefined ? token : { ...flags, content: token.content, isObject: true };
    add(found, role, !isStated(role));
  }
  const newInList = additional.filter(isFirst).filter((token) => add(token, "additional_special_tokens"));
  for (const { content } of additional) seen.add(content);
  const newNamed = [...named].filter(([name, token]) => isFirst(token) && add(token, name));
  if (newInList.length > 0 && newNamed.length > 0) {
    throw unsupported(
      `tokenizer_config.json names new tokens in a list (${JSON.stringify(newInList[0]?.content)}) and by name ` +
        `(${newNamed[0]?.[0] ?? ""}): releases 4 and 5 of transformers number them differently. Save the tokenizer with the release ` +
        "that the model was trained with.",
    );
  }
}

/** Release 4 of transformers takes the flags of a token object for a token that is there already, 5 does not. */
function readd(vocabulary: AddedVocabulary, content: string, old: TokenFlags, flags: TokenFlags): void {
  const differs = (["lstrip", "rstrip", "single_word"] as const).filter((flag) => old[flag] !== flags[flag]);
  if (differs.length > 0) {
    throw unsupported(
      `Two files say different things of ${differs.join(", ")} of the token ${JSON.stringify(content)}, and releases 4 and 5 of ` +
        "transformers follow different ones. Save the tokenizer with the release that the model was trained with.",
      { token: content },
    );
  }
  vocabulary.add(content, { ...flags, normalized: flags.normalized || old.normalized });
}

function withoutRow(content: string, source: string, id: number, vocabSize: number): Error {
  return invalidField(
    "tokenizer_config.json",
    source,
    `the token ${JSON.stringify(content)} is new and gets the id ${id}, but the embedding has ${vocabSize} rows`,
  );
}

function withRows(vocabulary: AddedVocabulary, vocabSize: number): AddedTokens {
  const notes: string[] = [];
  const withoutRow: string[] = [];
  const tokens: AddedToken[] = [];
  for (const [content, { id, flags }] of vocabulary.tokens()) {
    const token = { id, content, ...flags };
    if (flags.single_word) {
      throw unsupported(
        `The added token ${JSON.stringify(content)} matches whole words only (single_word), which llama.cpp cannot do.`,
        { token },
      );
    }
    if (id < vocabSize) tokens.push(token);
    else {
      withoutRow.push(content);
      notes.push(
        `Token ${JSON.stringify(content)} (id ${id}) has no row in the embedding (${vocabSize} rows): its text is read as plain text.`,
      );
    }
  }
  return { tokens: tokens.sort((a, b) => a.id - b.id), withoutRow, notes };
}
