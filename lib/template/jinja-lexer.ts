import { tokenizeInside, type JinjaToken } from "./jinja-engine.js";
import { PYTHON_WHITESPACE, strip } from "./python-string.js";
import { appendAll } from "../util/append-all.js";

const OPENING = /\{[%{#]/g;
const RAW = /^\{%[-+]?\s*raw\s*(-?)%\}/;
const END_OF_RAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const GENERATION = /^\s*(?:end)?generation\s*$/;

/**
 * Cuts a template into tokens with Jinja2's rules of white space under `trim_blocks` and `lstrip_blocks`: a block or comment
 * takes one newline behind it and the blanks in front of it when nothing else is on its line, `-` takes all white space,
 * `+` none. The engine's own lexer applies those rules by replacing in the source, in texts and quoted strings too.
 * Tags that mark a generation for transformers are left out. Source: jinja2/lexer.py 3.1.6, `Lexer.tokeniter`.
 * @param source with newlines of one kind, without the last one
 * @throws SyntaxError
 */
export function tokenizeJinja(source: string): JinjaToken[] {
  const tokens: JinjaToken[] = [];
  let position = 0;
  let isLineStart = true;
  while (position < source.length) {
    OPENING.lastIndex = position;
    const start = OPENING.exec(source)?.index ?? source.length;
    const tag = start === source.length ? undefined : readTag(source, start);
    const text = beforeTag(source.slice(position, start), tag, isLineStart);
    if (text !== "") tokens.push({ type: "Text", value: text });
    if (tag === undefined) break;
    appendAll(tokens, tag.tokens);
    position = tag.end;
    isLineStart = source[position - 1] === "\n";
  }
  return tokens;
}

interface Tag {
  /** Behind it, and behind the white space that it takes. */
  end: number;
  /** `-`, `+` or nothing. */
  sign: string;
  takesBlanks: boolean;
  tokens: readonly JinjaToken[];
}

/** What a tag leaves of the text in front of it. */
function beforeTag(text: string, tag: Tag | undefined, isLineStart: boolean): string {
  if (tag?.sign === "-") return strip(text, null, "end");
  if (tag?.takesBlanks !== true || tag.sign === "+") return text;
  const lineStart = text.lastIndexOf("\n") + 1;
  const isAlone = (lineStart > 0 || isLineStart) && strip(text.slice(lineStart)) === "";
  return isAlone ? text.slice(0, lineStart) : text;
}

function readTag(source: string, start: number): Tag {
  const open = source.slice(start, start + 2);
  const after = source[start + 2] ?? "";
  const sign = after === "-" || (after === "+" && open !== "{{") ? after : "";
  const raw = open === "{%" ? RAW.exec(source.slice(start, source.indexOf("}", start) + 1)) : null;
  if (raw !== null) return readRaw(source, start, raw, sign);
  const inside = start + 2 + sign.length;
  const close = open === "{#" ? findComment(source, inside) : findClosing(source, inside, open);
  const end = behind(source, close, open !== "{{");
  const content = source.slice(inside, close);
  const isLeftOut = open === "{#" || (open === "{%" && GENERATION.test(content));
  const tokens = isLeftOut ? [] : withoutChains(tokenizeInside(open, content));
  return { end, sign, takesBlanks: open !== "{{", tokens };
}

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", ">", "<=", ">=", "in"]);
const BOUNDARIES: ReadonlySet<string> = new Set(["and", "or", "if", "else", ",", ":", "="]);

/**
 * Passes the tokens of a tag on. `a == b == c` is refused: to Python it means `a == b and b == c`, to the engine
 * `(a == b) == c`, and once parsed it looks the same as with those brackets.
 */
function withoutChains(tokens: readonly JinjaToken[]): readonly JinjaToken[] {
  /** Whether the expression at each depth of brackets compares already. */
  const compares = [false];
  for (const { type, value } of tokens) {
    if (type === "StringLiteral") continue;
    if ("([{".includes(value)) compares.push(false);
    else if (")]}".includes(value)) compares.pop();
    else if (BOUNDARIES.has(value)) compares[compares.length - 1] = false;
    else if (COMPARISONS.has(value)) {
      if (compares.at(-1) === true) throw new SyntaxError("Comparisons in a row are not supported");
      compares[compares.length - 1] = true;
    }
  }
  return tokens;
}

/** Everything up to `endraw` is text. */
function readRaw(source: string, start: number, [tag, dash = ""]: RegExpExecArray, sign: string): Tag {
  const behindTag = start + tag.length;
  const inside = dash === "-" ? skipSpace(source, behindTag) : behindTag;
  END_OF_RAW.lastIndex = inside;
  const ending = END_OF_RAW.exec(source);
  if (ending === null) throw new SyntaxError("Missing end of raw block");
  const [endTag, before = "", signBehind = ""] = ending;
  const closing: Tag = { end: 0, sign: before, takesBlanks: true, tokens: [] };
  const isLineStart = source[inside - 1] === "\n";
  const value = beforeTag(source.slice(inside, ending.index), closing, isLineStart);
  const close = ending.index + endTag.length - signBehind.length - 2;
  return {
    end: behind(source, close, true),
    sign,
    takesBlanks: true,
    tokens: value === "" ? [] : [{ type: "Text", value }],
  };
}

/** Index behind a closing delimiter with its sign, and behind the white space that it takes. */
function behind(source: string, close: number, trimsNewline: boolean): number {
  const sign = source[close] ?? "";
  if (sign === "-") return skipSpace(source, close + 3);
  if (sign === "+") return close + 3;
  const end = close + 2;
  return trimsNewline && source[end] === "\n" ? end + 1 : end;
}

function skipSpace(source: string, from: number): number {
  let end = from;
  while (end < source.length && PYTHON_WHITESPACE.has(source[end] ?? "")) end++;
  return end;
}

/** Index of the closing delimiter of a comment, or of the sign in front of it. */
function findComment(source: string, from: number): number {
  const close = source.indexOf("#}", from);
  if (close < 0) throw new SyntaxError("Missing end of comment tag");
  return close > from && "+-".includes(source[close - 1] ?? "") ? close - 1 : close;
}

/** Index of the closing delimiter of a tag, or of the sign in front of it: not in a string, nor inside brackets. */
function findClosing(source: string, from: number, open: string): number {
  const closing = open === "{{" ? /-?\}\}/y : /[-+]?%\}/y;
  let depth = 0;
  for (let index = from; index < source.length; index++) {
    const character = source[index] ?? "";
    closing.lastIndex = STRING.lastIndex = index;
    if (depth === 0 && closing.test(source)) return index;
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (STRING.test(source)) index = STRING.lastIndex - 1;
  }
  throw new SyntaxError("Unexpected end of input");
}
