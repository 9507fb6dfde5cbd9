import { isIdentifier } from "./character-classes.js";
import { JinjaSyntaxError } from "./errors.js";
import { readString } from "./string-literal.js";
import { PYTHON_WHITESPACE } from "./text.js";

const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{M}\p{N}_\u00b7\u0387\u203f\u2040\u2054]+/uy;
const STRING = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Reads a tag up to its end. Source: jinja2/lexer.py 3.1.6, `Lexer.tokeniter`.
 * @param end the closing delimiter with its sign, at the place where matching starts; only looked for outside brackets
 * @returns the tokens and the match of the end
 */
export function readTag(
  source: string,
  from: number,
  end: RegExp,
): { tokens: Token[]; closing: RegExpExecArray } {
  const tokens: Token[] = [];
  const brackets: string[] = [];
  let position = from;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(source);
  };
  for (;;) {
    const closing = brackets.length === 0 ? match(end) : null;
    if (closing !== null) return { tokens, closing };
    const character = source[position];
    if (character === undefined) throw new JinjaSyntaxError("Unexpected end of template in a tag");
    if (PYTHON_WHITESPACE.has(character)) {
      position++;
      continue;
    }
    const [token, length] = readToken(match, character);
    if (token.type === "operator") balance(brackets, token.value);
    tokens.push(token);
    position += length;
  }
}

function readToken(
  match: (pattern: RegExp) => RegExpExecArray | null,
  character: string,
): [Token, length: number] {
  const float = match(FLOAT);
  if (float !== null) {
    const value = Number(float[0].replaceAll("_", ""));
    if (!Number.isFinite(value)) throw new JinjaSyntaxError(`The number ${float[0]} is too large`);
    return [{ type: "float", value }, float[0].length];
  }
  const integer = match(INTEGER);
  if (integer !== null) {
    if (integer[0].length > 4000) throw new JinjaSyntaxError("A number is too long");
    return [{ type: "integer", value: BigInt(integer[0].replaceAll("_", "")) }, integer[0].length];
  }
  const name = match(NAME);
  if (name !== null) {
    if (!isIdentifier(name[0])) throw new JinjaSyntaxError("Invalid character in identifier");
    return [{ type: "name", value: name[0] }, name[0].length];
  }
  const string = match(STRING);
  if (string !== null)
    return [{ type: "string", value: readString(string[1] ?? string[2] ?? "") }, string[0].length];
  const operator = match(OPERATOR);
  if (operator !== null) return [{ type: "operator", value: operator[0] }, operator[0].length];
  throw new JinjaSyntaxError(`unexpected char ${JSON.stringify(character)}`);
}

function balance(brackets: string[], operator: string): void {
  const closing = CLOSING[operator];
  if (closing !== undefined) brackets.push(closing);
  else if (")]}".includes(operator) && brackets.pop() !== operator)
    throw new JinjaSyntaxError(`unexpected '${operator}'`);
}

/** A piece of a template. `operator` tokens are told apart by their value, names and keywords too. */
export type Token =
  | { type: "text" | "name" | "string" | "operator"; value: string }
  | { type: "integer"; value: bigint }
  | { type: "float"; value: number }
  | { type: "variable_begin" | "variable_end" | "block_begin" | "block_end" | "end"; value: "" };
