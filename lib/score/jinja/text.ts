/**
 * Texts as Python counts and cuts them. Source: docs.python.org/3.13/library/stdtypes.html#string-methods; compared with
 * CPython 3.11. Positions and lengths are in code points, not in UTF-16 units.
 */

/**
 * Whitespace to `str.strip()`, `str.isspace()` and `\s`: bidirectional class WS, B or S, or category Zs. JavaScript's `trim`
 * lacks the separators U+001C–U+001F and U+0085 and has U+FEFF besides.
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

function lastCharacter(text: string, end: number): string {
  const isPair =
    end > 1 &&
    (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(end - 2) & 0xfc00) === 0xd800;
  return text.slice(end - (isPair ? 2 : 1), end);
}

// eslint-disable-next-line no-control-regex -- these are line ends
const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/g;

/** `text.splitlines(keepEnds)`: Python ends lines at more characters than at newlines. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { 0: ending, index } of text.matchAll(LINE_END)) {
    lines.push(text.slice(start, index + (keepEnds ? ending.length : 0)));
    start = index + ending.length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** The indices that `[start:stop:step]` takes of a sequence. @param step not zero */
export function sliceIndices(length: number, start?: number, stop?: number, step = 1): number[] {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  const first = start === undefined ? (step > 0 ? lowest : highest) : clamp(start);
  const end = stop === undefined ? (step > 0 ? highest : lowest) : clamp(stop);
  const indices: number[] = [];
  for (let index = first; step > 0 ? index < end : index > end; index += step) indices.push(index);
  return indices;
}

/** `len(text)`. */
export function codePointLength(text: string): number {
  let surrogatePairs = 0;
  for (let index = 1; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) {
      surrogatePairs++;
      index++;
    }
  }
  return text.length - surrogatePairs;
}

export function codePoints(text: string): string[] {
  return Array.from(text);
}

/** Whether positions are the same in code points and in UTF-16 units. */
export function isWithoutPairs(text: string): boolean {
  return !/[\ud800-\udbff][\udc00-\udfff]/.test(text);
}

/** `text[start:stop]` of positions within the text. */
export function substring(text: string, start: number, stop: number): string {
  return isWithoutPairs(text) ? text.slice(start, stop) : codePoints(text).slice(start, stop).join("");
}

/** `a < b` negative, `a == b` zero: by code points, so that U+FFFF comes before an emoji. */
export function compareTexts(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index++) {
    const [first, second] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (first !== second) return surrogatesLast(first) - surrogatesLast(second);
  }
  return a.length - b.length;
}

/** Orders UTF-16 units as the code points that they begin. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
