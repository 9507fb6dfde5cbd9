import type { NativeModel } from "../score/native/native-addon.js";
import { AddedTokens } from "../score/template/added-tokens.js";
import type { TokenizerInfo } from "../model/tokenizer/tokenizer-info.js";
import type { TextRules } from "../score/template/text-rules.js";
import { makeCorpus } from "./corpus.js";
import { ReferenceTokenizer } from "./reference-tokenizer.js";
import { nextTurn } from "../util/event-loop.js";

/** Token ids of texts: special tokens parsed, nothing added in front or behind. */
export type Tokenize = (texts: readonly string[]) => Promise<readonly ArrayLike<number>[]>;

/** What to compare, and on how much text. */
export interface TokenCheckOptions {
  /** The tokenizer in question, `modelTokenizer` for a model of ours. */
  tokenize: Tokenize;
  /** Folder with the checkpoint's tokenizer.json. */
  checkpointDir: string;
  /** Folder with its config.json, where that is another one. */
  configDir?: string | undefined;
  /** Rows of the embedding: a token beyond them can be none. */
  vocabSize?: number;
  /** What a prompt is made with, to be compared with what the checkpoint's files say. */
  prompt?: Pick<TokenizerInfo, "templateVariables" | "prefixTokens" | "suffixTokens">;
  /** Strings in the corpus. */
  sampleSize?: number;
  seed?: number;
  /** Tokens of the base vocabulary that are also looked at one by one; all of them unless given. */
  vocabularyLimit?: number;
  signal?: AbortSignal | undefined;
}

/** A string that the two tokenizers split differently. */
export interface TokenDifference {
  text: string;
  expected: readonly number[];
  actual: readonly number[];
}

/** How a comparison went. */
export interface TokenReport {
  /** False when the checkpoint has no tokenizer.json, so that there is nothing to compare with. */
  hasReference: boolean;
  /** Strings and reference tokens compared. */
  strings: number;
  tokens: number;
  differences: readonly TokenDifference[];
  /** Where `prompt` says other things than the checkpoint's files, one line each. */
  misstatements: readonly string[];
}

/** At about 80 tokens a string this takes less than a second. */
const DEFAULT_SAMPLE_SIZE = 2000;
const DEFAULT_SEED = 20_240_726;
/** Tokens of the vocabulary that the corpus is strung together from. */
const VOCABULARY_SAMPLE = 4000;
/** Strings between two turns of the event loop. */
const BATCH = 50;

/**
 * Compares a tokenizer with the reference on a corpus of hard strings made for this vocabulary, and on every token of it.
 * @throws CheckpointError `CHECKPOINT_INVALID` when the reference cannot read the checkpoint's files; `signal.reason`.
 */
export async function verifyTokens(options: TokenCheckOptions): Promise<TokenReport> {
  const { tokenize, checkpointDir, vocabularyLimit, signal } = options;
  const { sampleSize = DEFAULT_SAMPLE_SIZE, seed = DEFAULT_SEED } = options;
  const reference = await ReferenceTokenizer.load(checkpointDir, options.vocabSize, options.configDir);
  if (reference === undefined) {
    return { hasReference: false, strings: 0, tokens: 0, differences: [], misstatements: [] };
  }
  const corpus = [
    ...makeCorpus({
      size: sampleSize,
      seed,
      specialTokens: reference.addedTokens,
      vocabulary: reference.vocabularyTexts(VOCABULARY_SAMPLE),
    }),
    ...tokensAlone(reference, vocabularyLimit),
  ];
  let tokens = 0;
  const differences: TokenDifference[] = [];
  for (let start = 0; start < corpus.length; start += BATCH) {
    signal?.throwIfAborted();
    const texts = corpus.slice(start, start + BATCH);
    const results = await tokenize(texts);
    texts.forEach((text, index) => {
      const expected = reference.encode(text);
      const actual = Array.from(results[index] ?? []);
      tokens += expected.length;
      if (!sameIds(expected, actual)) differences.push({ text, expected, actual });
    });
    await nextTurn();
  }
  const misstatements = options.prompt === undefined ? [] : misstatementsOf(options.prompt, reference);
  return { hasReference: true, strings: corpus.length, tokens, differences, misstatements };
}

function misstatementsOf(
  prompt: NonNullable<TokenCheckOptions["prompt"]>,
  { variables, around }: ReferenceTokenizer,
): string[] {
  const lines: string[] = [];
  const show = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
  const compare = (what: string, actual: unknown, expected: unknown): void => {
    const [found, wanted] = [show(actual), show(expected)];
    if (found !== wanted) lines.push(`${what} is ${found}, by the checkpoint it is ${wanted}`);
  };
  for (const name of new Set([...Object.keys(variables), ...Object.keys(prompt.templateVariables)])) {
    compare(`${name} of the template`, prompt.templateVariables[name], variables[name]);
  }
  compare("what is added in front of a text", prompt.prefixTokens, around.prefix);
  compare("what is added behind a text", prompt.suffixTokens, around.suffix);
  return lines;
}

/** Every token's own text: a swapped entry of a large vocabulary would hide from a corpus. */
function tokensAlone(reference: ReferenceTokenizer, limit: number | undefined): string[] {
  // A SentencePiece tokenizer may put a space in front, which makes another token of the first word.
  const before = reference.isByteLevel ? "" : "\n";
  return reference.vocabularyTexts(limit).map((text) => before + text.replaceAll("\0", ""));
}

/**
 * How a loaded model tokenizes the text of a prompt: split at special tokens, the checkpoint's text rules between them, then
 * llama.cpp.
 */
export function modelTokenizer(
  model: Pick<NativeModel, "tokenize" | "specialTokens">,
  rules: TextRules,
): Tokenize {
  const added = new AddedTokens(model);
  return (texts) => added.tokenize(texts, rules, model);
}

function sameIds(expected: readonly number[], actual: readonly number[]): boolean {
  return expected.length === actual.length && expected.every((id, index) => id === actual[index]);
}
