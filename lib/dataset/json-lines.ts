import { TextDecoder } from "node:util";
import { messageOf, unreadable, type DatasetRow, type DatasetRows } from "./dataset-row.js";
import { parseRecords } from "./parse-records.js";

const NEWLINE = 0x0a;

/**
 * Rows of JSON Lines bytes. Blank lines are skipped but counted, so `line` is the place in the file. A line that is not
 * UTF-8 or not JSON gives an error in place; text is never repaired, because repaired text would be scored as if it were
 * the author's.
 */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for await (const lineBytes of splitLines(bytes)) {
    const row = parseLine(lineBytes, line, decoder);
    if (row !== undefined) yield row;
    line++;
  }
}

function parseLine(bytes: Uint8Array, line: number, decoder: TextDecoder): DatasetRow | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    return { line, error: unreadable(`Line ${line + 1} is not valid UTF-8.`, error) };
  }
  if (text.trim() === "") return undefined;
  try {
    return { line, value: parseRecords(text) };
  } catch (error) {
    return { line, error: unreadable(`Line ${line + 1} is not JSON: ${messageOf(error)}.`, error) };
  }
}

/** Lines without their newline. Pieces of a long line are joined once, so a 10 MB line costs 10 MB. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      yield pending.length === 0 ? piece : Buffer.concat([...pending, piece]);
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}
