import { CsvError, parse, type InfoField } from "csv-parse";
import { messageOf } from "../../util/caught.js";
import { largest } from "../../util/collections.js";
import { withoutByteOrderMark } from "../../util/utf8.js";
import { LARGEST_RECORD_BYTES } from "../json/parse-json.js";
import { unreadable, type DatasetRows } from "../rows.js";

/** What may stand between fields; which one does, the head says. */
const DELIMITERS = [",", ";", "\t"] as const;
/** Longest head that is looked through. */
const LONGEST_HEAD = 1 << 20;

/** A cell as it stands there; null where there is nothing. `""` in quotes is a text without letters. */
type Cell = string | null;

/**
 * Reads a table of comma-separated values (RFC 4180; semicolons and tabs, too) whose first record names the columns. Cells are texts;
 * what is empty and not in quotes is no field of its row. Text is never repaired: what is no UTF-8 ends the reading, and so does
 * a stray quote, behind which nobody knows where records begin.
 * @throws DatasetError
 */
export async function* readCsvRows(bytes: AsyncIterable<Uint8Array>): DatasetRows {
  const text = decoded(bytes);
  // The mark that editors put in front belongs to the file.
  const start = withoutByteOrderMark(await headOf(text));
  let head: string[] | undefined;
  let line = 0;
  try {
    for await (const cells of recordsOf(joined(start, text), delimiterOf(start))) {
      if (head === undefined) {
        head = checkedHead(cells);
        continue;
      }
      if (cells.length !== head.length) {
        const error = unreadable(
          `Line ${line + 1} has ${cells.length} fields, the head has ${head.length}. Put texts that hold the delimiter in double quotes.`,
        );
        yield { line: line++, error };
        continue;
      }
      const names = head;
      const fields = cells.flatMap((cell, column) => (cell === null ? [] : [[names[column] ?? "", cell]]));
      yield { line: line++, value: Object.fromEntries(fields) as Record<string, string> };
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw unreadable(`Behind line ${line}, this is no CSV: ${messageOf(error)}.`, error);
    throw error;
  }
}

/**
 * The records of a table, the head too. Those in front of a broken one come, however the text is cut into pieces: read from, the parser's
 * own stream would drop with the error whatever nobody had taken yet.
 * @throws CsvError
 */
async function* recordsOf(pieces: AsyncIterable<string>, delimiter: string): AsyncIterable<Cell[]> {
  const ready: Cell[][] = [];
  const parser = parse({
    delimiter,
    cast: (value: string, { quoting }: InfoField): Cell => (value === "" && !quoting ? null : value),
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LARGEST_RECORD_BYTES,
    on_record: (cells: Cell[]) => {
      ready.push(cells);
      return null;
    },
  });
  // Told by the call that fails.
  parser.on("error", () => undefined);
  async function* after(call: (done: (failure?: Error | null) => void) => void): AsyncIterable<Cell[]> {
    const failure = await new Promise<Error | null | undefined>(call);
    yield* ready.splice(0);
    if (failure instanceof Error) throw failure;
  }
  for await (const piece of pieces) yield* after((done) => parser.write(piece, done));
  yield* after((done) => parser.end(done));
}

/** @throws DatasetError columns without a name, or two of one name */
function checkedHead(cells: readonly Cell[]): string[] {
  const names = cells.map((cell) => (cell ?? "").trim());
  if (names.includes(""))
    throw unreadable("The first line does not name every column. Name them: prompt, response, say.");
  const twice = names.find((name, column) => names.indexOf(name) !== column);
  if (twice !== undefined) throw unreadable(`Two columns are called ${twice}.`);
  return names;
}

/** @throws DatasetError the bytes are not UTF-8 */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable("The text is not UTF-8. Save it as UTF-8 (Excel: CSV UTF-8).", error);
  }
}

async function headOf(text: AsyncGenerator<string>): Promise<string> {
  let start = "";
  while (!/[\r\n]/.test(start) && start.length < LONGEST_HEAD) {
    const next = await text.next();
    if (next.done === true) break;
    start += next.value;
  }
  return start;
}

/** The delimiter that the head has most of, outside quotes. */
function delimiterOf(start: string): string {
  const head = (/^[^\r\n]*/.exec(start)?.[0] ?? "").replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => head.split(delimiter).length);
  return DELIMITERS[counts.indexOf(largest(counts))] ?? ",";
}

async function* joined(start: string, rest: AsyncGenerator<string>): AsyncIterable<string> {
  yield start;
  yield* rest;
}
