import { unreadable, type DatasetRows } from "../rows.js";
import { LARGEST_RECORD_BYTES, parseJson, tooLong } from "./parse-json.js";

const NEWLINE = 0x0a;

/**
 * Rows of JSON Lines bytes. Blank lines are skipped but counted, so `line` is the place in the file. A line that is not
 * UTF-8, not JSON or too long gives an error in place.
 * @param longest bytes that a line may have
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  longest = LARGEST_RECORD_BYTES,
): DatasetRows {
  let line = 0;
  for await (const lineBytes of splitLines(bytes, longest)) {
    const parsed = lineBytes === undefined ? tooLong(longest) : parseJson(lineBytes);
    if (parsed?.problem !== undefined) {
      yield { line, error: unreadable(`Line ${line + 1} ${parsed.problem}.`, parsed.cause) };
    } else if (parsed !== undefined) {
      yield { line, value: parsed.value };
    }
    line++;
  }
}

/**
 * Lines without their newline; undefined in place of one that is too long, of which nothing is kept. Pieces of a long line are
 * joined once, so a 10 MB line costs 10 MB.
 */
async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncIterable<Uint8Array | undefined> {
  let pending: Uint8Array[] = [];
  let length = 0;
  const add = (piece: Uint8Array): void => {
    length += piece.length;
    if (length > longest) pending = [];
    else pending.push(piece);
  };
  const take = (): Uint8Array | undefined => {
    const line = length > longest ? undefined : joined(pending);
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
