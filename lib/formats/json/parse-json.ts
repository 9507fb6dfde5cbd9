import { decodeUtf8, withoutByteOrderMark } from "../../util/utf8.js";
import { parseRecords } from "./parse-records.js";
import { messageOf } from "../../util/caught.js";

/**
 * Bytes of the longest record that is read. Text, its decoded form and its values are in memory at once, so that a record of
 * this size takes some 400 MB; one that is longer is refused where it stands, without being held.
 */
export const LARGEST_RECORD_BYTES = 64 << 20;

/**
 * Levels of lists and objects that a record may have. Everything behind the parser (printing, comparing, templates) visits
 * values recursively and would end the program on a deeper one. Python's json stops near 1000, for the same reason.
 */
export const DEEPEST_RECORD = 512;

/**
 * What a piece of JSON holds, or what is wrong with it: a predicate that a sentence about its place is made of. Malformed is
 * what is no JSON; all else is only more than is read.
 */
export type ParsedJson =
  | { value: unknown; problem?: undefined; cause?: undefined; isMalformed?: undefined }
  | { problem: string; isMalformed: boolean; cause?: unknown; value?: undefined };

/**
 * Reads one record from its bytes. Text is never repaired, because repaired text would be scored as if it were the author's.
 * @returns undefined for white space
 */
export function parseJson(bytes: Uint8Array): ParsedJson | undefined {
  let text: string;
  try {
    // In front of a value, as RFC 8259 (section 8.1) allows and joined files need. Inside a text U+FEFF stays.
    text = withoutByteOrderMark(decodeUtf8(bytes));
  } catch (cause) {
    return { problem: "is not valid UTF-8", isMalformed: true, cause };
  }
  try {
    const value = parseRecords(text);
    return isDeeperThan(value, DEEPEST_RECORD) ? tooDeep() : { value };
  } catch (cause) {
    if (text.trim() === "") return undefined;
    if (cause instanceof RangeError) return tooDeep(cause);
    return { problem: `is not JSON: ${messageOf(cause)}`, isMalformed: true, cause };
  }
}

/** Of a record that is longer than it may be. */
export function tooLong(longest = LARGEST_RECORD_BYTES): ParsedJson {
  const limit = longest < 1 << 20 ? `${longest} bytes` : `${Math.floor(longest / 2 ** 20)} MiB`;
  const problem = `is longer than ${limit}, which is more than a record may have`;
  return { problem, isMalformed: false };
}

function tooDeep(cause?: unknown): ParsedJson {
  const problem = `has lists or objects more than ${DEEPEST_RECORD} levels deep`;
  return { problem, isMalformed: false, cause };
}

/** Looks no deeper than `levels` itself. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((entry) => isDeeperThan(entry, levels - 1));
  for (const key in value) {
    if (isDeeperThan((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}
