import { JinjaSyntaxError } from "./errors.js";

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;

const SHORT: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * The text of a quoted string. Jinja2 writes all but ASCII as escapes first and then reads all escapes as Python does, so
 * that a backslash in front of a letter such as `é` shows the escape's digits.
 * Source: jinja2/lexer.py 3.1.6, `Lexer.wrap`.
 * @param inside what is between the quotes
 */
export function readString(inside: string): string {
  const ascii = inside.replace(/[^\0-\x7f]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
    return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
  return ascii.replace(
    ESCAPE,
    (escape: string, x?: string, u?: string, long?: string, octal?: string, letter: string = "") => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return fromCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return fromCode(Number.parseInt(octal, 8));
      if ("xuUN".includes(letter)) throw new JinjaSyntaxError(`The escape ${escape} cannot be read`);
      return SHORT[letter] ?? escape;
    },
  );
}

function fromCode(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new JinjaSyntaxError("An escape stands for no character");
  }
  return String.fromCodePoint(code);
}
