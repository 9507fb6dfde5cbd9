import { ElementScanner } from "./element-scanner.js";
import { unreadable, type DatasetRow, type DatasetRows } from "../rows.js";
import { parseJson, tooLong } from "./parse-json.js";

/**
 * Rows of a JSON document: the elements of an array, or a single object. Elements are read as they come, so that a file may be
 * longer than any text; what is read before a mistake is given out. Behind an element that is no JSON nothing is read: where
 * its end is cannot be told, and the inside of a text must not be taken for a record.
 * @throws DatasetError the document is not UTF-8, not JSON, or neither array nor object
 */
export async function* readJsonArray(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const scanner = new ElementScanner();
  let line = 0;
  for await (const chunk of bytes) {
    for (const element of scanner.push(chunk)) {
      yield rowOf(element, line);
      line++;
    }
  }
  const problem = scanner.end();
  if (problem !== undefined) throw noArray(problem);
}

function rowOf(element: Uint8Array | undefined, line: number): DatasetRow {
  const parsed = element === undefined ? tooLong() : parseJson(element);
  if (parsed?.problem === undefined) return { line, value: parsed?.value };
  if (parsed.isMalformed) throw noArray(`record ${line + 1} ${parsed.problem}`, parsed.cause);
  return { line, error: unreadable(`Record ${line + 1} ${parsed.problem}.`, parsed.cause) };
}

function noArray(problem: string, cause?: unknown): Error {
  return unreadable(
    `The file cannot be read as a JSON array: ${problem}. One object per line needs the ending .jsonl.`,
    cause,
  );
}
