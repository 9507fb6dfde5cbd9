/** Runs a case of `test/reference/special_token_cases.py`: the same changes of a fixture's files, read by this package. */
import type { TokenizerInfo } from "../../../lib/model/tokenizer/tokenizer-info.js";
import { RewardError } from "../../../lib/errors.js";
import { ChatTemplate } from "../../../lib/score/template/chat-template.js";
import { ReferenceTokenizer } from "../../../lib/check/reference-tokenizer.js";
import { modelTokenizer } from "../../../lib/check/verify-tokens.js";
import { copyTokenizer, readFrom, type Json } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

/** What transformers made of a case, or the error it gave. */
export interface Answer {
  error?: string;
  rendered: string;
  /** Of the rendered conversation and of each text, nothing added. */
  ids: number[][];
  /** Of the letter `a`, with what the tokenizer adds. */
  wrapped: number[];
  class: string;
}

export interface SpecialTokenCase {
  fixture: string;
  vocab: Record<string, number>;
  addedTokens: Json[];
  rows: number;
  files: Record<string, Json | null>;
  texts: string[];
  /**
   * By release, 4.57.6 and 5.24.0. `v4translated`: what only 5 reads given to 4 in its own form. `v5plain`: without the classes of version 5 that build a
   * tokenizer of their own.
   */
  answers: { v4translated: Answer; v5: Answer; v5plain: Answer };
}

/** What this package makes of a case: the same by the converter and by the reference that checks it. */
export interface Outcome {
  refused?: string;
  converter?: Omit<Answer, "class">;
  reference?: Omit<Answer, "class">;
}

/**
 * The answers that are right: that of release 4, to which what only 5 reads (a list of extra tokens, names such as `image_token`) is given in
 * its own form. Beside `added_tokens.json`, 4 may take the last additional token of special_tokens_map.json for another one, a fault of
 * `_from_pretrained` that 5 mended: there 5 is right, too.
 */
export function expectedOf({ answers: { v4translated, v5, v5plain }, files }: SpecialTokenCase): Answer[] {
  const hasFault =
    files["tokenizer_config.json"]?.["added_tokens_decoder"] === undefined &&
    files["added_tokens.json"] != null &&
    files["special_tokens_map.json"]?.["additional_special_tokens"] !== undefined;
  return [v4translated, ...(hasFault ? [v5, v5plain] : [])].filter(({ error }) => error === undefined);
}

export function sameOutcome(a: Omit<Answer, "class">, b: Omit<Answer, "class">): boolean {
  const fields = ({ rendered, ids, wrapped }: Omit<Answer, "class">): string =>
    JSON.stringify([rendered, ids, wrapped]);
  return fields(a) === fields(b);
}

const MESSAGES = [
  { role: "user", content: "What is 7 times 8?" },
  { role: "assistant", content: " 56 " },
] as const;

export async function runCase(given: SpecialTokenCase): Promise<Outcome> {
  const folder = await copyTokenizer(given.fixture, {
    tokenizer: (json) => {
      json["added_tokens"] = given.addedTokens;
      Object.assign((json["model"] as Json)["vocab"] as Json, given.vocab);
    },
    without: Object.keys(given.files),
    files: Object.fromEntries(
      Object.entries(given.files).flatMap(([file, json]) =>
        json === null ? [] : [[file, JSON.stringify(json)]],
      ),
    ),
  });
  let info: TokenizerInfo;
  try {
    info = await readFrom(folder, given.rows);
  } catch (error) {
    if (error instanceof RewardError) return { refused: `${error.code}: ${error.message}` };
    throw error;
  }
  const reference = await ReferenceTokenizer.load(folder, given.rows);
  if (reference === undefined) throw new Error("no reference");
  const model = await loadVocabulary(info);
  const tokenize = modelTokenizer(model, info);
  const ids = async (texts: readonly string[]): Promise<number[][]> =>
    (await tokenize(texts)).map((tokens) => Array.from(tokens));
  const render = (variables: Readonly<Record<string, string>>): string =>
    ChatTemplate.parse(info.chatTemplate ?? "", variables, null).render([...MESSAGES]);
  try {
    const rendered = render(info.templateVariables);
    const [letter = []] = await ids(["a"]);
    const byReference = render(reference.variables);
    return {
      converter: {
        rendered,
        ids: await ids([rendered, ...given.texts]),
        wrapped: [...info.prefixTokens, ...letter, ...info.suffixTokens],
      },
      reference: {
        rendered: byReference,
        ids: [byReference, ...given.texts].map((text) => reference.encode(text)),
        wrapped: [...reference.around.prefix, ...reference.encode("a"), ...reference.around.suffix],
      },
    };
  } finally {
    await model.dispose();
  }
}
