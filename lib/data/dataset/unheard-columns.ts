import { unreadable } from "../../formats/rows.js";

/** Columns that would change a score wherever they mean what they say. */
const UNHEARD = [
  "system",
  "system_prompt",
  "history",
  "functions",
  "image",
  "images",
  "audio",
  "audios",
  "video",
  "videos",
] as const;

/**
 * Refuses a row with something in a column that its layout has no place for: without it another conversation would be scored.
 * @param honoured columns that the layout reads
 * @throws DatasetError names the column and what to do
 */
export function refuseUnheard(
  row: Readonly<Record<string, unknown>>,
  line: number,
  honoured: readonly string[] = [],
): void {
  for (const name of UNHEARD) {
    if (honoured.includes(name) || isEmpty(row[name]) || isStated(row, row[name])) continue;
    throw unreadable(
      `Line ${line + 1} has a column ${name}, which would change the score and which records of this form have no place for. Put ` +
        "what it says into the messages (a system text as a first message of the role system), or leave the column out.",
    );
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) && value.length === 0;
}

/** A system text that the messages of the row begin with is honoured. */
function isStated(row: Readonly<Record<string, unknown>>, text: unknown): boolean {
  return [row["messages"], row["prompt"], row["chosen"]].some((list) => {
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    return typeof first === "object" && first !== null && "content" in first && first.content === text;
  });
}
