import { parseJson } from "../../formats/json/parse-json.js";
import { unreadable, type DatasetRow } from "../../formats/rows.js";

/** Columns that are no text: a cell holds their JSON. */
const JSON_COLUMNS = new Set([
  "messages",
  "conversations",
  "responses",
  "steps",
  "tools",
  "documents",
  "chat_template_kwargs",
]);
/** Columns that are text, or a list of messages. */
const TEXT_OR_MESSAGES = new Set(["prompt", "chosen", "rejected"]);

/** How a list of messages looks, in JSON or as Python prints it. */
const LIST_OF_MESSAGES = /^\s*\[\s*\{\s*['"](?:role|content|from)['"]\s*:/;

/** A row of a CSV table with the values that its cells stand for. */
export function withColumnValues(row: DatasetRow): DatasetRow {
  const { line, value } = row;
  if (value === undefined) return row;
  const fields: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(value as Readonly<Record<string, string>>)) {
    const isJson = JSON_COLUMNS.has(name) || (TEXT_OR_MESSAGES.has(name) && LIST_OF_MESSAGES.test(cell));
    if (!isJson) {
      fields[name] = cell;
      continue;
    }
    const parsed = parseJson(Buffer.from(cell));
    if (parsed === undefined || parsed.problem !== undefined) {
      const problem = parsed?.problem ?? "is empty";
      return {
        line,
        error: unreadable(
          `Line ${line + 1}: the cell of ${name} ${problem}. Such a cell is read as JSON; Python's own spelling of lists is none: ` +
            "write the table with json.dumps, or as JSONL or Parquet.",
        ),
      };
    }
    fields[name] = parsed.value;
  }
  return { line, value: fields };
}
