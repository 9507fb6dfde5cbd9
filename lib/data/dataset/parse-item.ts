import { z } from "zod";
import { ConversationError } from "../../errors.js";
import { isRewardError, unreadable } from "../../formats/rows.js";
import { withExactFields } from "./exact-fields.js";
import { LAYOUTS } from "./layouts/index.js";
import { recordContext } from "./record-context.js";
import { refuseUnheard } from "./unheard-columns.js";
import type { PreferenceItem, Layout } from "./layouts/layout.js";
import { zodProblems } from "../../util/zod-problems.js";

type Row = Readonly<Record<string, unknown>>;

/**
 * Recognises a dataset by the columns of a row.
 * @param line for the error
 * @throws DatasetError no known layout; lists the columns found
 * @example
 * ```ts
 * import { detectLayout } from "llama-reward/data";
 *
 * console.log(detectLayout({ prompt: "What is 2 + 2?", chosen: "4.", rejected: "5." }).name); // pair
 * ```
 */
export function detectLayout(row: unknown, line?: number): Layout {
  const columns = typeof row === "object" && row !== null && !Array.isArray(row) ? row : {};
  const layout = LAYOUTS.find((candidate) => candidate.matches(columns as Record<string, unknown>));
  if (layout !== undefined) return layout;
  throw unreadable(
    `${line === undefined ? "No" : `Line ${line + 1}: no`} known layout of chosen and rejected answers has the columns ${Object.keys(columns).join(", ") || "(none)"}. ` +
      "Expected prompt, chosen and rejected, or one of: " +
      `${LAYOUTS.map(({ title }) => title).join("; ")}.`,
  );
}

/**
 * Reads one row by a layout.
 * @returns undefined for a row without a preference (equally good answers)
 * @throws DatasetError the row lacks a column or has a wrong type; names line and field; ConversationError
 * `CONVERSATION_INVALID`: its messages, or what stands beside them
 * @example
 * ```ts
 * import { detectLayout, parseItem } from "llama-reward/data";
 *
 * const row = { prompt: "What is 2 + 2?", chosen: "4.", rejected: "5." };
 * const item = parseItem(detectLayout(row), row, 0);
 * console.log(item?.chosen[0]?.at(-1)); // { role: "assistant", content: "4." }
 * ```
 */
export function parseItem(layout: Layout, value: unknown, line: number): PreferenceItem | undefined {
  const row = (typeof value === "object" && value !== null ? withExactFields(value) : {}) as Row;
  const parsed = parseAs(layout, row, line);
  const context = recordContext(row);
  if (parsed !== undefined && Object.keys(context).length > 0) parsed.context = context;
  return parsed === undefined ? undefined : { ...parsed, id: parsed.id ?? line };
}

/**
 * Reads one row as a layout or a form says.
 * @throws DatasetError the row lacks a column, has a wrong type, or a column that would be passed over; names the line;
 *   ConversationError
 */
export function parseAs<T>(
  {
    title,
    honours,
    parse,
  }: { title: string; honours?: readonly string[] | undefined; parse: (row: unknown) => T },
  row: Row,
  line: number,
): T {
  let parsed: T;
  try {
    parsed = parse(row);
  } catch (error) {
    if (error instanceof ConversationError) throw error;
    if (isRewardError(error)) throw unreadable(`Line ${line + 1}: ${error.message}`, error);
    throw unreadable(`Line ${line + 1} is no ${title} record: ${problemsOf(error)}.`, error);
  }
  refuseUnheard(row, line, honours);
  return parsed;
}

function problemsOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) throw error;
  return zodProblems(error, "record").join("; ");
}
