import { unreadable, type DatasetRow, type DatasetRows } from "../rows.js";
import { LARGEST_RECORD_BYTES, parseJson, tooLong } from "./parse-json.js";

const NEWLINE = 0x0a;

/** A row of JSON Lines, and where its line begins. */
export interface PlacedRow {
  row: DatasetRow;
  byte: number;
}

/** Where reading begins: a line, and the byte it begins at. */
export interface LineStart {
  line: number;
  byte: number;
}

/**
 * Rows of JSON Lines bytes. Blank lines are skipped but counted, so `line` is the place in the file. A line that is not
 * UTF-8, not JSON or too long gives an error in place.
 * @param longest bytes that a line may have
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  longest = LARGEST_RECORD_BYTES,
): DatasetRows {
  for await (const { row } of readPlacedLines(bytes, { line: 0, byte: 0 }, longest)) yield row;
}

/**
 * The same with the place of each row, for who comes back to one.
 * @param start where `bytes` begin
 */
export async function* readPlacedLines(
  bytes: AsyncIterable<Uint8Array>,
  start: LineStart,
  longest = LARGEST_RECORD_BYTES,
): AsyncIterable<PlacedRow> {
  let { line, byte } = start;
  for await (const { content, length } of splitLines(bytes, longest)) {
    const parsed = content === undefined ? tooLong(longest) : parseJson(content);
    if (parsed?.problem !== undefined) {
      const error = unreadable(`Line ${line + 1} ${parsed.problem}.`, parsed.cause);
      yield { row: { line, error }, byte };
    } else if (parsed !== undefined) {
      yield { row: { line, value: parsed.value }, byte };
    }
    line++;
    byte += length + 1;
  }
}

interface Line {
  /** Without its newline; undefined where it is too long. */
  content: Uint8Array | undefined;
  length: number;
}

/**
 * Lines; of one that is too long nothing is kept. Pieces of a long line are
 * joined once, so a 10 MB line costs 10 MB.
 */
async function* splitLines(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncIterable<Line> {
  let pending: Uint8Array[] = [];
  let length = 0;
  const add = (piece: Uint8Array): void => {
    length += piece.length;
    if (length > longest) pending = [];
    else pending.push(piece);
  };
  const take = (): Line => {
    const line = { content: length > longest ? undefined : joined(pending), length };
    pending = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
