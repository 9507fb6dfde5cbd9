import type { ParquetParsers, SchemaElement } from "hyparquet";
import { decodeUtf8 } from "../../util/utf8.js";
import { without } from "../../util/collections.js";
import { parseJson } from "../json/parse-json.js";
import { exactNumber } from "../json/parse-records.js";
import type { Column } from "./table.js";

/**
 * What a text that is not UTF-8 becomes: no layout accepts it as a string, and no chat template as data, so its row is refused
 * by name.
 */
export class InvalidText {
  readonly [Symbol.toStringTag] = "InvalidText";
  readonly problem = "text that is not valid UTF-8";
}

/** What JSON in a column becomes where it is none. */
export class InvalidJson {
  readonly [Symbol.toStringTag] = "InvalidJson";
  readonly problem = "text that is not JSON";
}

/** Values that hyparquet would change in silence: bad bytes of a text, a BOM, numbers and depth of JSON. */
const TEXT_PARSERS: Partial<ParquetParsers> = {
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decodeText(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const parsed = parseJson(bytes);
    return parsed === undefined || parsed.problem !== undefined ? new InvalidJson() : parsed.value;
  },
  // Shapes on maps are read by nobody, and their format is one of its own.
  geometryFromBytes: (bytes) => bytes,
  geographyFromBytes: (bytes) => bytes,
};

/** Times as texts in the form of ISO 8601, as JSON has them, with all their digits: two ids that differ never become one. */
const TIME_PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days: number | undefined) =>
    days === undefined ? undefined : isoTime(BigInt(days) * 86_400n, 0).slice(0, -"T00:00:00Z".length),
  timestampFromMilliseconds: (count: bigint | undefined) =>
    count === undefined ? undefined : isoTime(count, 3),
  timestampFromMicroseconds: (count: bigint | undefined) =>
    count === undefined ? undefined : isoTime(count, 6),
  timestampFromNanoseconds: (count: bigint | undefined) =>
    count === undefined ? undefined : isoTime(count, 9),
};

/** Times within messages stay Dates: no template may print them, since Python would print them otherwise. */
export function parsersOf({ leaves }: Column): Partial<ParquetParsers> {
  return leaves[0]?.isFlat === true ? { ...TEXT_PARSERS, ...TIME_PARSERS } : TEXT_PARSERS;
}

function decodeText(bytes: Uint8Array): string | InvalidText {
  try {
    return decodeUtf8(bytes);
  } catch {
    return new InvalidText();
  }
}

/** @param digits of fractions of a second that `count` counts */
function isoTime(count: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const fraction = ((count % unit) + unit) % unit;
  const date = new Date(Number((count - fraction) / unit) * 1000);
  // Beyond what a Date holds: the number tells as much.
  if (Number.isNaN(date.getTime())) return `${count}`;
  const seconds = date.toISOString().slice(0, -".000Z".length);
  return digits === 0 ? `${seconds}Z` : `${seconds}.${`${fraction}`.padStart(digits, "0")}Z`;
}

/**
 * A schema without the type of a decimal column, for hyparquet multiplies by a power of ten: 0.3 would become
 * 0.30000000000000004, and 20 digits 16.
 * @returns undefined for any other column
 */
export function withoutDecimals(
  { name, tree, leaves }: Column,
  schema: readonly SchemaElement[],
): { schema: SchemaElement[]; scale: number } | undefined {
  const { converted_type: converted, scale = 0, type } = tree.element;
  if (leaves[0]?.isFlat !== true || converted !== "DECIMAL") return undefined;
  const plain = (element: SchemaElement): SchemaElement => {
    if (element !== tree.element) return element;
    const stored = without(element, "converted_type", "logical_type");
    // Without a type of their own these would be read as text. A UUID's parser is handed the bytes.
    return type === "BYTE_ARRAY" ? { ...stored, logical_type: { type: "UUID" } } : stored;
  };
  return { schema: schema.map((element) => (element.name === name ? plain(element) : element)), scale };
}

/** What hyparquet then reads decimals with. */
export const DECIMAL_PARSERS: Partial<ParquetParsers> = { uuidFromBytes: (bytes) => bytes };

/** Decimals from their unscaled values: numbers where a double keeps all digits, else texts. */
export function decimalTexts(values: readonly unknown[], scale: number): unknown[] {
  return values.map((value) => {
    if (value === null || value === undefined) return value;
    const unscaled = value instanceof Uint8Array ? signedInteger(value) : BigInt(value as number | bigint);
    const digits = `${unscaled < 0n ? -unscaled : unscaled}`.padStart(scale + 1, "0");
    const whole = digits.slice(0, digits.length - scale);
    const text = `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(digits.length - scale)}`}`;
    return exactNumber(text);
  });
}

/** Two's complement, the highest byte first. */
function signedInteger(bytes: Uint8Array): bigint {
  const unsigned = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(bytes.length * 8, unsigned);
}

/** 64-bit integers come as BigInt; records hold plain numbers where these are exact, and else their digits. */
export function plainNumbers({ leaves }: Column, values: readonly unknown[]): readonly unknown[] {
  return leaves.some(({ type }) => type === "INT64") ? values.map(withNumbers) : values;
}

function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withNumbers(entry)]));
  }
  return value;
}
