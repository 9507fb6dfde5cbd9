import type { Tokenizer } from "../../../lib/score/template/prompt-options.js";

/** Control tokens of the test vocabulary; ids from 1. */
export const CONTROL_TOKENS = ["<s>", "</s>", "<|turn|>", "<|end|>", "<pad>", "<|end|>ing"];
/** Ids of characters are their code units plus this. */
const FIRST_CHARACTER = 1000;

/**
 * A vocabulary of control tokens and single characters that splits text as llama.cpp does: at control tokens when they are
 * parsed, and nowhere else. A character right behind a split gets an id of its own, so that a test sees where text was cut.
 */
export class CharacterTokenizer implements Tokenizer {
  /** Texts of each native call. */
  readonly calls: string[][] = [];

  specialTokens(): ReturnType<Tokenizer["specialTokens"]> {
    const control = CONTROL_TOKENS.map((text, index) => ({ id: index + 1, text, isControl: true }));
    return [...control, { id: 900, text: "<tool>", isControl: false }];
  }

  longestToken(): number {
    return 2;
  }

  tokenize(texts: readonly string[], parseSpecial: Uint8Array): Promise<Int32Array[]> {
    this.calls.push([...texts]);
    return Promise.resolve(
      texts.map((text, index) => Int32Array.from(tokenizeOne(text, parseSpecial[index] === 1))),
    );
  }
}

/** Ids of plain text that begins a piece. */
export function plainText(text: string): number[] {
  return Array.from(
    text,
    (character, index) => FIRST_CHARACTER + character.charCodeAt(0) + (index === 0 ? 500 : 0),
  );
}

/** Ids of a prompt given as control-token names and plain text. */
export function ids(...parts: string[]): number[] {
  return parts.flatMap((part) => {
    const id = CONTROL_TOKENS.indexOf(part) + 1;
    return id > 0 ? [id] : plainText(part);
  });
}

function tokenizeOne(text: string, parseSpecial: boolean): number[] {
  const special = /(<\|end\|>ing|<\|turn\|>|<\|end\|>|<pad>|<\/s>|<s>)/;
  const parts = parseSpecial ? text.split(special) : [text];
  return parts
    .filter((part) => part !== "")
    .flatMap((part, _, all) => (all.length === 1 && !parseSpecial ? plainText(part) : ids(part)));
}
