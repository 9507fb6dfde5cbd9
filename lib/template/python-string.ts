/**
 * String methods of Python that differ from their JavaScript namesakes. Chat templates were written for, and the published
 * scores made with, Python's. Source: docs.python.org/3.13/library/stdtypes.html#string-methods; compared with CPython 3.11.
 */

/**
 * Whitespace to `str.strip()`: bidirectional class WS, B or S, or category Zs. JavaScript's `trim` lacks the separators
 * U+001C–U+001F and U+0085 and has U+FEFF besides.
 */
export const PYTHON_WHITESPACE: ReadonlySet<string> = new Set(
  "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
    "\u2028\u2029\u202f\u205f\u3000",
);

/** `str.strip(characters)`, or `lstrip` / `rstrip` with `sides`. */
export function strip(
  text: string,
  characters: string | null = null,
  sides: "both" | "start" | "end" = "both",
): string {
  const set = characters === null ? PYTHON_WHITESPACE : new Set(characters);
  let start = 0;
  let end = text.length;
  if (sides !== "end") {
    while (start < end) {
      const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
      if (!set.has(character)) break;
      start += character.length;
    }
  }
  if (sides !== "start") {
    while (end > start) {
      const character = lastCharacter(text, end);
      if (!set.has(character)) break;
      end -= character.length;
    }
  }
  return text.slice(start, end);
}

/** `text.split()`: the words between runs of white space. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  for (const character of `${text} `) {
    if (!PYTHON_WHITESPACE.has(character)) word += character;
    else if (word !== "") {
      words.push(word);
      word = "";
    }
  }
  return words;
}

/** `text.splitlines()`: Python ends lines at more characters than at newlines. */
export function splitLines(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- these are line ends
  const lines = text.split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The indices that `[start:stop:step]` takes of a sequence. @throws Error for a step of zero */
export function sliceIndices(length: number, start?: number, stop?: number, step = 1): number[] {
  if (step === 0) throw new Error("slice step cannot be zero");
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  const first = start === undefined ? (step > 0 ? lowest : highest) : clamp(start);
  const end = stop === undefined ? (step > 0 ? highest : lowest) : clamp(stop);
  const indices: number[] = [];
  for (let index = first; step > 0 ? index < end : index > end; index += step) indices.push(index);
  return indices;
}

/** `len(text)`: code points, not UTF-16 units. */
export function codePointLength(text: string): number {
  let surrogatePairs = 0;
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) surrogatePairs++;
  }
  return text.length - surrogatePairs;
}

/** `text.capitalize()`: the rest becomes lower case, which JavaScript engines of Jinja leave out. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** `text.title()`: every run of cased letters is capitalized on its own ("it's" gives "It'S"). */
export function titleMethod(text: string): string {
  return text.replace(/\p{Cased}+/gu, capitalize);
}

/** Jinja2's `title` filter, which differs from the method: words end at white space and `- ( { [ <` only. */
export function titleFilter(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map(capitalize)
    .join("");
}

function lastCharacter(text: string, end: number): string {
  const isPair =
    end > 1 &&
    (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(end - 2) & 0xfc00) === 0xd800;
  return text.slice(end - (isPair ? 2 : 1), end);
}
