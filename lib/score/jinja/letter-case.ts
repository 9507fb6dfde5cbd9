/** Upper, lower and title case as Python has them. Source: CPython 3.11, Objects/unicodeobject.c and unicodectype.c. */

/** `text.capitalize()`: the first letter in title case, the rest in lower case. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  return titleCase(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

/** `text.title()`: every run of cased letters is capitalized on its own ("it's" gives "It'S"). */
export function titleMethod(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.replace(/[A-Za-z]+/g, capitalize);
  let result = "";
  let isInWord = false;
  let index = 0;
  for (const character of text) {
    result += isInWord ? lowerAt(text, index, character) : titleCase(character);
    isInWord = /\p{Cased}/u.test(character);
    index += character.length;
  }
  return result;
}

const WORD_START = /([-\s({[<\u001c-\u001f\u0085]+)/u; // eslint-disable-line no-control-regex -- Python's white space

/** Jinja2's `title` filter, which differs from the method: words end at white space and `- ( { [ <` only. */
export function titleFilter(text: string): string {
  return text
    .split(WORD_START)
    .map((word) => {
      const [first = ""] = word;
      return first.toUpperCase() + word.slice(first.length).toLowerCase();
    })
    .join("");
}

/** `text.swapcase()`. */
export function swapCase(text: string): string {
  let result = "";
  let index = 0;
  for (const character of text) {
    if (/\p{Uppercase}/u.test(character)) result += lowerAt(text, index, character);
    else result += /\p{Lowercase}/u.test(character) ? character.toUpperCase() : character;
    index += character.length;
  }
  return result;
}

/** `text.islower()`, `text.isupper()`: some letter is cased, and none is of another case. */
export function isAllCase(text: string, letterCase: "lower" | "upper"): boolean {
  const [wanted, other] =
    letterCase === "lower"
      ? [/\p{Lowercase}/u, /\p{Uppercase}|\p{Lt}/u]
      : [/\p{Uppercase}/u, /\p{Lowercase}|\p{Lt}/u];
  return wanted.test(text) && !other.test(text);
}

/** `text.istitle()`. */
export function isTitle(text: string): boolean {
  let isInWord = false;
  let hasCased = false;
  for (const character of text) {
    const isStart = /\p{Uppercase}|\p{Lt}/u.test(character);
    const isInside = !isStart && /\p{Lowercase}/u.test(character);
    if ((isStart && isInWord) || (isInside && !isInWord)) return false;
    isInWord = isStart || isInside;
    hasCased ||= isInWord;
  }
  return hasCased;
}

const DIGRAPHS: Readonly<Record<string, string>> = { Ǆ: "ǅ", Ǉ: "ǈ", Ǌ: "ǋ", Ǳ: "ǲ" };

/** The title case of one character, which JavaScript does not know: compared with Python's for all of them. */
function titleCase(character: string): string {
  const upper = character.toUpperCase();
  if (/[\u10d0-\u10ff]/.test(character)) return character;
  const digraph = DIGRAPHS[upper];
  if (digraph !== undefined) return digraph;
  if (upper.length < 2 || character === "\u0149") return upper;
  if (upper.endsWith("\u0399")) {
    const withIota = `${upper.slice(0, -1)}\u0345`;
    const composed = withIota.normalize();
    return composed.length === 1 ? composed : withIota;
  }
  const [first = ""] = upper;
  return first + upper.slice(first.length).toLowerCase();
}

/** The lower case of one character where it stands: a sigma that ends a word has a form of its own. */
function lowerAt(text: string, index: number, character: string): string {
  if (character !== "Σ") return character.toLowerCase();
  const before = neighbour(text, index, -1);
  const after = neighbour(text, index, 1);
  return /\p{Cased}/u.test(before) && !/\p{Cased}/u.test(after) ? "ς" : "σ";
}

/** The next character in a direction that matters for case, or nothing. */
function neighbour(text: string, from: number, step: 1 | -1): string {
  let index = from + step;
  for (; index >= 0 && index < text.length; index += step) {
    const unit = text.charCodeAt(index);
    if ((unit & 0xfc00) === (step > 0 ? 0xdc00 : 0xd800)) continue;
    const at = step < 0 && (unit & 0xfc00) === 0xdc00 ? index - 1 : index;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!/\p{Case_Ignorable}/u.test(character)) return character;
  }
  return "";
}
