import { checkDelta, decodeLengths } from "./delta.js";
import { decodeHybrid } from "./hybrid.js";
import { ENCODING } from "./page-header.js";
import { demand, ParquetProblem } from "./unreadable.js";

/** What is known of the values of a column before a page of them is decoded. */
export interface ValueType {
  /** Physical type, by its name in the format. */
  type: string;
  /** Bytes of a value of fixed length. */
  typeLength: number | undefined;
}

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };
/** Bits of an index that hyparquet 1.31.5 unpacks without losing some: 16 million entries. */
const MOST_INDEX_BITS = 24;

/**
 * Checks that the bytes of a page hold the values that it announces, whatever their encoding, so that a decoder neither runs
 * beyond them nor makes up any.
 * @param bytes the part of an unpacked page behind its levels
 * @param count values that are not null
 * @param dictionarySize entries of the column's dictionary; undefined where none has come
 * @param budget bytes that the values may unfold to
 * @throws ParquetProblem
 */
export function checkValues(
  bytes: Uint8Array,
  { type, typeLength }: ValueType,
  encoding: number,
  count: number,
  dictionarySize: number | undefined,
  budget: number,
): void {
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? typeLength : WIDTHS[type];
  switch (encoding) {
    case ENCODING.plain:
      if (type === "BYTE_ARRAY") checkTexts(bytes, count);
      else demandSize(bytes, type === "BOOLEAN" ? count / 8 : count * known(width, type));
      return;
    case ENCODING.plainDictionary:
    case ENCODING.rleDictionary: {
      demand(dictionarySize !== undefined, "a page needs a dictionary and none comes before it");
      checkIndices(bytes, count, dictionarySize);
      return;
    }
    case ENCODING.rle: {
      demand(type === "BOOLEAN" && bytes.length >= 4, "a page has run lengths of no truth values");
      const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      demand(size <= bytes.length - 4, "a page ends before its truth values do");
      decodeHybrid(bytes.subarray(4, 4 + size), 1, new Uint8Array(count));
      return;
    }
    case ENCODING.deltaBinaryPacked:
      demand(type === "INT32" || type === "INT64", "a page has differences of what is no whole number");
      checkDelta(bytes, 0, count);
      return;
    case ENCODING.deltaLengthByteArray: {
      demand(type === "BYTE_ARRAY", "a page has lengths of what is no text");
      const { values, end } = decodeLengths(bytes, 0, count);
      demand(sum(values) === bytes.length - end, "the lengths of texts are not those of their page");
      return;
    }
    case ENCODING.deltaByteArray:
      demand(
        type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY",
        "a page has beginnings of what is no text",
      );
      checkBeginnings(bytes, count, type === "BYTE_ARRAY" ? undefined : width, budget);
      return;
    case ENCODING.byteStreamSplit:
      demand(type !== "INT96", "a page has split bytes of a time");
      demandSize(bytes, count * known(width, type));
      return;
    default:
      throw new ParquetProblem(`a page has the unknown encoding ${encoding}`);
  }
}

function known(width: number | undefined, type: string): number {
  demand(width !== undefined, `values of the type ${type} have no known length`);
  return width;
}

function demandSize(bytes: Uint8Array, size: number): void {
  demand(
    bytes.length >= size,
    `a page has ${bytes.length} bytes of values, and ${Math.ceil(size)} are announced`,
  );
}

function checkTexts(bytes: Uint8Array, count: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let index = 0; index < count; index++) {
    demand(at + 4 <= bytes.length, "a page ends before its texts do");
    at += 4 + view.getUint32(at, true);
  }
  // fastparquet 2026.9 ends its pages with zeros.
  const isRead = at <= bytes.length && bytes.subarray(at).every((byte) => byte === 0);
  demand(isRead, "the lengths of texts are not those of their page");
}

function checkIndices(bytes: Uint8Array, count: number, dictionarySize: number): void {
  const [width] = bytes;
  demand(width !== undefined && width <= MOST_INDEX_BITS, "a page has no valid indices into its dictionary");
  const indices = new Int32Array(count);
  decodeHybrid(bytes.subarray(1), width, indices);
  demand(
    indices.every((index) => index < dictionarySize),
    `an index lies outside of a dictionary of ${dictionarySize} values`,
  );
}

/** Texts that are written as the beginning they share with the text before and what follows it. */
function checkBeginnings(bytes: Uint8Array, count: number, width: number | undefined, budget: number): void {
  const shared = decodeLengths(bytes, 0, count);
  const rest = decodeLengths(bytes, shared.end, count);
  demand(sum(rest.values) === bytes.length - rest.end, "the lengths of texts are not those of their page");
  let last = 0;
  let unfolded = 0;
  for (const [index, beginning] of shared.values.entries()) {
    demand(beginning <= last, "a text shares more than there is with the one before it");
    last = beginning + (rest.values[index] ?? 0);
    unfolded += last;
    demand(width === undefined || last === width, "a value has not the length of its type");
  }
  demand(unfolded <= budget, `texts of ${unfolded} bytes are more than is read`);
}

function sum(values: Int32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
