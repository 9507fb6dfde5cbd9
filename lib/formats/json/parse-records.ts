import { randomUUID } from "node:crypto";
import { rememberText } from "./exact-json.js";

/**
 * Parses the JSON of a record, of a list of records, or of columns with a list of ids, as people's tools write it:
 *
 * - An `id` is a number only where a double holds it as it is written. A whole number beyond 2^53, or a decimal with more
 *   digits than a double, becomes the text of its digits, as the Parquet reader makes it: two ids that differ never become
 *   one. All other numbers are doubles; for what a template prints of them, the text is remembered.
 * - `NaN`, `Infinity` and `-Infinity`, which Python's json writes outside strings, are those numbers.
 *
 * Lines without either cost what `JSON.parse` costs.
 * @throws SyntaxError
 */
export function parseRecords(text: string): unknown {
  return rememberText(withExactIds(parseWithConstants(text), text), text);
}

function withExactIds(value: unknown, text: string): unknown {
  if (!needsExactIds(value, text)) return value;
  // The same text with every number quoted: its ids are how the numbers were written.
  const spelled: unknown = JSON.parse(rewriteScalars(text, (token) => `"${token}"`));
  if (!Array.isArray(value)) return withExactId(value, spelled);
  return value.map((entry: unknown, index) => withExactId(entry, (spelled as unknown[])[index]));
}

/** Longer numbers are texts whatever their value, so that no number is costly to compare. */
const MAX_NUMBER_LENGTH = 400;

/** A number as it is written, where a double holds it, else its text. */
export function exactNumber(text: string): number | string {
  const number = Number(text);
  if (text.length > MAX_NUMBER_LENGTH || !Number.isFinite(number)) return text;
  // Beyond 2^53 doubles lie further than 1 apart, so that a neighbour may have been meant.
  const isHeld = /^-?\d+$/.test(text) ? Number.isSafeInteger(number) : isSameDecimal(text, `${number}`);
  return isHeld ? number : text;
}

/** JSON has no such constants, so `JSON.parse` stops at them: only then is the text looked through. */
function parseWithConstants(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    // In a list, since a key can be no list.
    const mark = randomUUID();
    const marked = rewriteScalars(text, (token) => (/[NI]/.test(token) ? `["${mark}${token}"]` : token));
    try {
      return JSON.parse(marked, (_key, value: unknown) => {
        const name: unknown = Array.isArray(value) ? value[0] : undefined;
        return typeof name === "string" && name.startsWith(mark) ? Number(name.slice(mark.length)) : value;
      });
    } catch {
      // What else is wrong is told of the text as it was.
      throw error;
    }
  }
}

/** Ids that are small whole numbers in the text, as nearly all are, need no second look. */
function needsExactIds(value: unknown, text: string): boolean {
  const numbers = (Array.isArray(value) ? (value as unknown[]) : [value])
    .flatMap((record) => idOf(record))
    .filter((id) => typeof id === "number");
  if (numbers.length === 0) return false;
  return (
    numbers.some((id) => !Number.isSafeInteger(id)) ||
    // A decimal may have been rounded to a whole number; a key may be spelled with escapes, or hold a list.
    /"id"\s*:\s*(?:\[|-?\d+[.eE])|\\u006[49]/.test(text)
  );
}

function idOf(record: unknown): unknown {
  return typeof record === "object" && record !== null && "id" in record ? record.id : undefined;
}

function withExactId(record: unknown, spelled: unknown): unknown {
  const id = idOf(record);
  const texts = idOf(spelled);
  const exact = (entry: unknown, text: unknown): unknown =>
    typeof entry === "number" && typeof text === "string" && !Number.isNaN(entry) ? exactNumber(text) : entry;
  if (typeof id === "number") return Object.assign(record as object, { id: exact(id, texts) });
  if (!Array.isArray(id) || !Array.isArray(texts)) return record;
  return Object.assign(record as object, {
    id: id.map((entry: unknown, index) => exact(entry, texts[index])),
  });
}

/** Puts other text in place of every number and Python constant outside strings. */
function rewriteScalars(text: string, rewrite: (token: string) => string): string {
  const token = /"|-?(?:\d[\d.eE+-]*|Infinity)|NaN/g;
  let result = "";
  let copied = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = endOfString(text, token.lastIndex);
      continue;
    }
    result += text.slice(copied, match.index) + rewrite(match[0]);
    copied = token.lastIndex;
  }
  return result + text.slice(copied);
}

/** Position after the quote that ends a string; not one regular expression, whose stack a long string would fill. */
function endOfString(text: string, start: number): number {
  const mark = /["\\]/g;
  mark.lastIndex = start;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === '"') return mark.lastIndex;
    mark.lastIndex++;
  }
  return text.length;
}

function isSameDecimal(a: string, b: string): boolean {
  return normalDecimal(a) === normalDecimal(b);
}

/** Sign, digits without zeros at either end, and the power of ten of the last: one spelling for each value. */
function normalDecimal(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const shortest = digits.replace(/0+$/, "");
  if (shortest === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - shortest.length);
  return `${sign}${shortest}e${power}`;
}
