import { ElementScanner } from "./element-scanner.js";
import { LARGEST_RECORD_BYTES } from "./parse-json.js";

const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;
/** White space of JSON, and the bytes of a byte-order mark, with which no JSON begins. */
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** Index of the first byte of a text that can be seen; -1 where there is none. */
export function firstVisible(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => !BLANK.has(byte));
}

/**
 * Whether a text is JSON Lines: in its first line that is not blank, an object begins and ends. Whether it is JSON, readers say. Reads no further than that line, looks
 * at each byte once, and gives up on what is longer than a record may be.
 */
export async function isJsonLines(text: AsyncIterable<Uint8Array>): Promise<boolean> {
  const line: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of text) {
    const start = line.length > 0 ? 0 : firstVisible(chunk);
    read += chunk.length;
    // Readers of lines refuse a long one in its place.
    if (read > LARGEST_RECORD_BYTES) return true;
    if (start < 0) continue;
    if (line.length === 0 && chunk[start] !== OPEN_OBJECT) return false;
    const end = chunk.indexOf(NEWLINE, start);
    line.push(chunk.subarray(start, end < 0 ? chunk.length : end));
    if (end >= 0) break;
  }
  return [...new ElementScanner().push(Buffer.concat(line))].length > 0;
}
