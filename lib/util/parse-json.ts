/** A whole number that was written as a float, as a `Number` object: to Python `7.0` is not `7`. */
export type WholeFloat = InstanceType<NumberConstructor>;

/**
 * What a JSON text said and JavaScript's values cannot: kept beside the values, which stay those of `JSON.parse`, so that only
 * who needs the text's own numbers and order asks for them.
 */
interface Notes {
  /** Numbers by key: integers beyond 2^53 as bigint, whole numbers written as floats (`7.0`, `1e3`) as `Number` objects. */
  numbers: Map<string, bigint | WholeFloat>;
  /** Keys in the text's order, where JavaScript puts those that look like indices first. */
  keys?: readonly string[];
}

const notes = new WeakMap<object, Notes>();

/** Deepest nesting that is read where notes are taken. */
const DEEPEST = 1000;
/** Text with something that `JSON.parse` would change or refuse; a match within a string only costs time. */
const NEEDS_NOTES = /(?:^|[:,[\s])-?(?:\d+[.eE]|\d{16}|NaN|Infinity)|"\d+"\s*:/;
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
 * `JSON.parse`, which also takes the numbers that Python's `json` writes (`NaN`, `Infinity`) and remembers what JavaScript's
 * values lose: see `writtenNumber` and `writtenKeys`.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return NEEDS_NOTES.test(text) ? new Parser(text).parse() : JSON.parse(text);
}

/**
 * The number that a JSON text gave for a key or index: a bigint for an integer that a double cannot hold, a `Number` object
 * for a whole number that was written as a float; undefined where the value says it all.
 */
export function writtenNumber(parent: object, key: string | number): bigint | WholeFloat | undefined {
  return notes.get(parent)?.numbers.get(String(key));
}

/** The keys of an object in the order of the JSON text it came from, else in JavaScript's. */
export function writtenKeys(object: object): readonly string[] {
  return notes.get(object)?.keys ?? Object.keys(object);
}

class Parser {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): unknown {
    const root: unknown[] = [];
    this.#readInto(root, 0);
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#unexpected();
    return root[0];
  }

  /** Reads a value and sets it; a number may leave a note at its parent. */
  #readInto(parent: unknown[] | Record<string, unknown>, key: string | number): void {
    this.#skipSpace();
    const { value, written } = this.#read();
    // Assigning would set the prototype.
    if (key === "__proto__") {
      Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
    } else (parent as Record<string | number, unknown>)[key] = value;
    if (written === undefined) notes.get(parent)?.numbers.delete(String(key));
    else notesOf(parent).numbers.set(String(key), written);
  }

  #read(): { value: unknown; written?: bigint | WholeFloat } {
    switch (this.#text[this.#position]) {
      case "{":
        return { value: this.#nested(() => this.#object()) };
      case "[":
        return { value: this.#nested(() => this.#array()) };
      case '"':
        return { value: this.#string() };
    }
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#position));
    if (word === undefined) return this.#number();
    this.#position += word[0].length;
    return { value: word[1] };
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) throw new SyntaxError(`JSON nested deeper than ${DEEPEST} levels`);
    this.#position++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const keys = new Set<string>();
    for (let isFirst = true; !this.#ends("}", isFirst); isFirst = false) {
      this.#skipSpace();
      if (this.#text[this.#position] !== '"') throw this.#unexpected();
      const key = this.#string();
      keys.add(key);
      this.#skipSpace();
      this.#expect(":");
      this.#readInto(object, key);
    }
    const order = [...keys];
    if (order.some((key) => INDEX.test(key))) notesOf(object).keys = order;
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    for (let isFirst = true; !this.#ends("]", isFirst); isFirst = false) this.#readInto(array, array.length);
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

  #number(): { value: number; written?: bigint | WholeFloat } {
    NUMBER.lastIndex = this.#position;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#unexpected();
    const [text, fraction, exponent] = match;
    this.#position += text.length;
    const value = Number(text);
    const isFloat = fraction !== undefined || exponent !== undefined;
    if (isFloat && Number.isInteger(value)) return { value, written: Object(value) as WholeFloat };
    if (!isFloat && !Number.isSafeInteger(value)) return { value, written: BigInt(text) };
    return { value };
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

function notesOf(parent: object): Notes {
  let known = notes.get(parent);
  if (known === undefined) notes.set(parent, (known = { numbers: new Map() }));
  return known;
}

/** Whether an odd number of backslashes stands in front. */
function isEscaped(text: string, index: number): boolean {
  let count = 0;
  while (text[index - 1 - count] === "\\") count++;
  return count % 2 === 1;
}
