import { messageOf, unreadable, type DatasetRows } from "./dataset-row.js";
import { parseRecords } from "./parse-records.js";

/**
 * Rows of a JSON document: the elements of an array, or a single object.
 * @throws DatasetError the document is not UTF-8, not JSON, or neither array nor object
 */
export async function* readJsonArray(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const values = parse(Buffer.concat(chunks));
  for (const [line, value] of values.entries()) yield { line, value };
}

function parse(bytes: Uint8Array): unknown[] {
  let value: unknown;
  try {
    value = parseRecords(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable(
      `The file cannot be read as a JSON array: ${messageOf(error)}. One object per line needs the ending .jsonl.`,
      error,
    );
  }
  if (Array.isArray(value)) return value;
  if (typeof value === "object" && value !== null) return [value];
  throw unreadable(`Expected a JSON array of records but found a ${typeof value}.`);
}
