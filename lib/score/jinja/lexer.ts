import { JinjaSyntaxError } from "./errors.js";
import { readTag, type Token } from "./tag-lexer.js";
import { PYTHON_WHITESPACE, strip } from "./text.js";

const OPENING = /\{[%{#]/g;
const RAW = /\{%[-+]?[\s\u001c-\u001f\u0085]*raw[\s\u001c-\u001f\u0085]*(-?)%\}/y; // eslint-disable-line no-control-regex -- Python's white space
const END_OF_RAW = /\{%([-+]?)[\s\u001c-\u001f\u0085]*endraw[\s\u001c-\u001f\u0085]*([-+]?)%\}/g; // eslint-disable-line no-control-regex -- the same
const END_OF_BLOCK = /([-+]?)%\}/y;
const END_OF_VARIABLE = /(-?)\}\}/y;

/**
 * Cuts a template into tokens with Jinja2's rules of white space under `trim_blocks` and `lstrip_blocks`: a block or comment
 * takes one newline behind it and the blanks in front of it when nothing else is on its line, `-` takes all white space,
 * `+` none. Source: jinja2/lexer.py 3.1.6, `Lexer.tokeniter`.
 * @throws JinjaSyntaxError
 */
export function tokenize(template: string): Token[] {
  // Every kind of line end is a newline, and the last one is left out.
  const source = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const tokens: Token[] = [];
  let position = 0;
  let isLineStart = true;
  while (position < source.length) {
    OPENING.lastIndex = position;
    const start = OPENING.exec(source)?.index ?? source.length;
    const tag = start === source.length ? undefined : readAt(source, start);
    const text = beforeTag(source.slice(position, start), tag, isLineStart);
    if (text !== "") tokens.push({ type: "text", value: text });
    if (tag === undefined) break;
    for (const token of tag.tokens) tokens.push(token);
    position = tag.end;
    isLineStart = source[position - 1] === "\n";
  }
  tokens.push({ type: "end", value: "" });
  return tokens;
}

interface Tag {
  /** Behind it, and behind the white space that it takes. */
  end: number;
  /** `-`, `+` or nothing. */
  sign: string;
  takesBlanks: boolean;
  tokens: readonly Token[];
}

/** What a tag leaves of the text in front of it. */
function beforeTag(text: string, tag: Tag | undefined, isLineStart: boolean): string {
  if (tag?.sign === "-") return strip(text, null, "end");
  if (tag?.takesBlanks !== true || tag.sign === "+") return text;
  const lineStart = text.lastIndexOf("\n") + 1;
  const isAlone = (lineStart > 0 || isLineStart) && strip(text.slice(lineStart)) === "";
  return isAlone ? text.slice(0, lineStart) : text;
}

function readAt(source: string, start: number): Tag {
  RAW.lastIndex = start;
  const raw = RAW.exec(source);
  const after = source[start + 2] ?? "";
  const sign = after === "-" || after === "+" ? after : "";
  if (raw !== null) return readRaw(source, start, raw, sign);
  const inside = start + 2 + sign.length;
  switch (source[start + 1]) {
    case "#": {
      const close = findComment(source, inside);
      return { end: behind(source, close, true), sign, takesBlanks: true, tokens: [] };
    }
    case "%": {
      const { tokens, closing } = readTag(source, inside, END_OF_BLOCK);
      return {
        end: behind(source, closing.index, true),
        sign,
        takesBlanks: true,
        tokens: [{ type: "block_begin", value: "" }, ...tokens, { type: "block_end", value: "" }],
      };
    }
    default: {
      const { tokens, closing } = readTag(source, inside, END_OF_VARIABLE);
      return {
        end: behind(source, closing.index, false),
        sign,
        takesBlanks: false,
        tokens: [{ type: "variable_begin", value: "" }, ...tokens, { type: "variable_end", value: "" }],
      };
    }
  }
}

/** Everything up to `endraw` is text. */
function readRaw(source: string, start: number, [tag, dash = ""]: RegExpExecArray, sign: string): Tag {
  const behindTag = start + tag.length;
  const inside = dash === "-" ? skipSpace(source, behindTag) : behindTag;
  END_OF_RAW.lastIndex = inside;
  const ending = END_OF_RAW.exec(source);
  if (ending === null) throw new JinjaSyntaxError("Missing end of raw directive");
  const [endTag, before = "", signBehind = ""] = ending;
  const closing: Tag = { end: 0, sign: before, takesBlanks: true, tokens: [] };
  const isLineStart = source[inside - 1] === "\n";
  const value = beforeTag(source.slice(inside, ending.index), closing, isLineStart);
  const close = ending.index + endTag.length - signBehind.length - 2;
  return {
    end: behind(source, close, true),
    sign,
    takesBlanks: true,
    tokens: value === "" ? [] : [{ type: "text", value }],
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
  if (close < 0) throw new JinjaSyntaxError("Missing end of comment tag");
  return close > from && "+-".includes(source[close - 1] ?? "") ? close - 1 : close;
}
