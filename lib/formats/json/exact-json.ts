/** A whole number that was written as a float, as a `Number` object: to Python `7.0` is not `7`. */
export type WholeFloat = InstanceType<NumberConstructor>;

/**
 * Text of JSON, and what it says exactly once that was asked for. By hand: packages that keep numbers as written (lossless-json)
 * still make plain objects, which put keys that look like numbers first.
 */
interface Source {
  text: string;
  values?: unknown;
}

/** Makes the exact form of a value. */
const sources = new WeakMap<object, () => unknown>();

/** Deepest nesting that is read exactly. */
const DEEPEST = 1000;
/** Text with something that `JSON.parse` changes; a match within a string only costs time. */
const IS_CHANGED = /(?:^|[:,[\s])-?(?:\d+[.eE]|\d{16})|"\d+"\s*:/;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const INDEX = /^(?:0|[1-9]\d{0,9})$/;
/** Python's `json` reads and writes these, too. */
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];

/**
 * Remembers the text of a parsed value, and of each element of a list, for `exactValue`. Costs a look at the text; it is
 * kept as long as the value is.
 */
export function rememberText<T>(value: T, text: string): T {
  if (typeof value !== "object" || value === null || !IS_CHANGED.test(text)) return value;
  const source: Source = { text };
  const parsed = (): unknown => (source.values ??= parseExactJson(source.text));
  rememberExact(value, parsed);
  if (!Array.isArray(value)) return value;
  for (const [index, element] of (value as unknown[]).entries()) {
    if (typeof element === "object" && element !== null)
      rememberExact(element, () => (parsed() as unknown[])[index]);
  }
  return value;
}

/** Remembers how to make the exact form of a value that was read otherwise. */
export function rememberExact(value: object, make: () => unknown): void {
  sources.set(value, make);
}

/** A float: a `Number` object where the number alone would say that it is an integer. */
export function wholeFloat(value: number): number | WholeFloat {
  return Number.isInteger(value) ? (Object(value) as WholeFloat) : value;
}

/**
 * A parsed value as its JSON text or table has it, if that was remembered, where JavaScript's own values lose something: integers
 * that a double cannot hold are bigints, whole numbers written as floats (`7.0`, `1e3`) are `Number` objects, and objects with
 * keys that look like indices, which JavaScript would put first, are maps.
 */
export function exactValue(value: object): unknown {
  const make = sources.get(value);
  return make === undefined ? value : make();
}

/** `JSON.parse` with values as those of `exactValue`. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  return new Parser(text).parse();
}

/** The JSON text of values as `exactValue` gives them, and of JavaScript's own. Fields that are undefined are left out. */
export function toExactJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => toExactJson(item ?? null)).join(",")}]`;
  if (Object.prototype.toString.call(value) === "[object Number]") return floatText(Number(value));
  if ("toJSON" in value) return JSON.stringify(value);
  const entries = value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value);
  const fields = entries.filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${toExactJson(item)}`).join(",")}}`;
}

/** Written so that it is read as a float again. */
function floatText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

class Parser {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): unknown {
    const value = this.#read();
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#unexpected();
    return value;
  }

  #read(): unknown {
    this.#skipSpace();
    switch (this.#text[this.#position]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
    }
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#position));
    if (word === undefined) return this.#number();
    this.#position += word[0].length;
    return word[1];
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) throw new SyntaxError(`JSON nested deeper than ${DEEPEST} levels`);
    this.#position++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): unknown {
    const fields = new Map<string, unknown>();
    let hasIndex = false;
    for (let isFirst = true; !this.#ends("}", isFirst); isFirst = false) {
      this.#skipSpace();
      if (this.#text[this.#position] !== '"') throw this.#unexpected();
      const key = this.#string();
      hasIndex ||= INDEX.test(key);
      this.#skipSpace();
      this.#expect(":");
      fields.set(key, this.#read());
    }
    return hasIndex ? fields : Object.fromEntries(fields);
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    for (let isFirst = true; !this.#ends("]", isFirst); isFirst = false) array.push(this.#read());
    return array;
  }

  /** Whether the list ends here; else steps over the comma in front of its next item. */
  #ends(close: string, isFirst: boolean): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] === close) {
      this.#position++;
      return true;
    }
    if (!isFirst) this.#expect(",");
    return false;
  }

  #string(): string {
    const start = this.#position;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw new SyntaxError("Unterminated string in JSON");
    } while (isEscaped(this.#text, end));
    this.#position = end + 1;
    return JSON.parse(this.#text.slice(start, end + 1)) as string;
  }

  #number(): number | bigint | WholeFloat {
    NUMBER.lastIndex = this.#position;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#unexpected();
    const [text, fraction, exponent] = match;
    this.#position += text.length;
    const value = Number(text);
    const isFloat = fraction !== undefined || exponent !== undefined;
    if (isFloat) return wholeFloat(value);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#position;
    this.#position += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #expect(character: string): void {
    if (this.#text[this.#position] !== character) throw this.#unexpected();
    this.#position++;
  }

  #unexpected(): SyntaxError {
    const found = this.#text[this.#position];
    return new SyntaxError(
      found === undefined
        ? "Unexpected end of JSON input"
        : `Unexpected token ${JSON.stringify(found)} in JSON at position ${this.#position}`,
    );
  }
}

/** Whether an odd number of backslashes stands in front. */
function isEscaped(text: string, index: number): boolean {
  let count = 0;
  while (text[index - 1 - count] === "\\") count++;
  return count % 2 === 1;
}
