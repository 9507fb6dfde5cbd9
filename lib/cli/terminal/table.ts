import stringWidth from "string-width";
import { largest } from "../../util/collections.js";
import { printableLine } from "./printable.js";

/** Rows as lines with aligned columns: numbers to the right, text to the left. Widths are those of a terminal. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) =>
    row.map((value) => {
      const text = printableLine(String(value));
      return { text, width: stringWidth(text), isNumber: typeof value === "number" };
    }),
  );
  const widths = (cells[0] ?? []).map((_, column) => largest(cells.map((row) => row[column]?.width ?? 0)));
  return cells
    .map((row) =>
      row
        .map(({ text, width, isNumber }, column) => {
          const blank = " ".repeat(Math.max(0, (widths[column] ?? 0) - width));
          return isNumber ? blank + text : text + blank;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Characters that a column can hold at most: marks upon marks make one character of any length. */
const UNITS_PER_COLUMN = 16;

/** The start of a text, on one line of at most `width` columns, cut between characters as people count them. */
export function excerpt(text: string, width: number): string {
  const start = text.slice(0, UNITS_PER_COLUMN * width);
  const line = printableLine(start.replace(/\s+/g, " ").trim());
  if (start.length === text.length && stringWidth(line) <= width) return line;
  let taken = "";
  let columns = 0;
  for (const { segment } of CHARACTERS.segment(line)) {
    columns += stringWidth(segment);
    if (columns > width - 1) break;
    taken += segment;
  }
  return `${taken}…`;
}

/** Bytes for people: `1.4 GB`. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(2)} ${units[unit] ?? ""}`;
}
