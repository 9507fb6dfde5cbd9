import { respelled } from "../../score/template/respelled-tokens.js";
import { unsupported } from "./checkpoint-json.js";
import { FORCED_CONTROL, FORCED_USER_DEFINED, USER_DEFINED_BESIDE } from "./forced-texts.js";
import { TOKEN_TYPE, type TokenList } from "./token-list.js";

/** How a kind of tokenizer makes tokens of text. */
export interface TokenMaking {
  /** Whether the checkpoint's tokenizer makes this token of text that is not looked for as a whole. */
  isMade: (text: string, id: number) => boolean;
  /** Whether llama.cpp makes it by joining smaller ones, wherever its text stands. */
  isJoined: (text: string) => boolean;
}

/**
 * Gives tokens another spelling whose own would make llama.cpp tokenize otherwise than the checkpoint:
 * - ordinary tokens that its loader takes for special ones by their text; Qwen has `</s>` so, Yi's base `<|im_end|>`;
 * - tokens that it would form and the checkpoint's tokenizer never does, such as `</s>` out of `</` and `s>`.
 *
 * A token that the tokenizer does form keeps its spelling, else llama.cpp could not form it: as a control token it does no harm,
 * since we look for special tokens ourselves and by the file's types.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when it would be found in texts whole, and the tokenizer does form it.
 */
export function respellTokens(list: TokenList, { isMade, isJoined }: TokenMaking, file: string): TokenList {
  const known = new Set(list.texts);
  const texts = list.texts.map((text, id) => {
    const type = list.types[id];
    const isFound = type !== TOKEN_TYPE.userDefined && becomesUserDefined(text, known);
    const isForced = isFound || (type === TOKEN_TYPE.normal && FORCED_CONTROL.has(text));
    if (type === TOKEN_TYPE.byte || !(isForced || isJoined(text))) return text;
    if (!isMade(text, id)) return spellAnew(text, id, known, file);
    if (!isFound) return text;
    throw unsupported(
      `${file}: token ${id} (${JSON.stringify(text)}) is an ordinary one, but llama.cpp takes its text for a token of its own wherever it stands.`,
      { id, text },
    );
  });
  return { ...list, texts };
}

function becomesUserDefined(text: string, known: ReadonlySet<string>): boolean {
  if (FORCED_USER_DEFINED.has(text)) return true;
  return text === USER_DEFINED_BESIDE.text && USER_DEFINED_BESIDE.others.some((other) => known.has(other));
}

function spellAnew(text: string, id: number, known: ReadonlySet<string>, file: string): string {
  const spelling = respelled(text);
  if (!known.has(spelling)) return spelling;
  throw unsupported(
    `${file}: token ${id} (${JSON.stringify(text)}) needs the spelling ${JSON.stringify(spelling)}, which another token has.`,
    { id, text },
  );
}
