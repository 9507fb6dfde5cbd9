import stringWidth from "string-width";
import { largest } from "../../util/collections.js";
import { printableLine } from "./printable.js";

/** How a table is drawn. */
export interface TableOptions {
  /** Cuts the cells of one column so that no row is wider than the terminal. */
  fit?: { column: number; columns: number };
  /** Weight or colour of a row, the first is 0. */
  style?: (line: string, row: number) => string;
}

/** No column is cut to less. */
const LEAST_WIDTH = 20;
/** More is hard to read, however wide the terminal is. */
const WIDEST = 200;
const GAP = "  ";
const NUMBER = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/;

/**
 * Rows as lines with aligned columns: numbers to the right with their heads, text to the left. Widths are those of a terminal.
 * What a cell has is spelled out where a terminal would obey it.
 */
export function table(rows: readonly (readonly (string | number)[])[], options: TableOptions = {}): string {
  const { fit, style = (line: string): string => line } = options;
  const cells = rows.map((row) => row.map((value) => cellOf(String(value))));
  const widths = (cells[0] ?? []).map((_, column) => largest(cells.map((row) => row[column]?.width ?? 0)));
  if (fit !== undefined) {
    const others = widths.reduce(
      (sum, width, column) => sum + (column === fit.column ? 0 : width + GAP.length),
      0,
    );
    const room = Math.max(LEAST_WIDTH, Math.min(fit.columns, WIDEST) - others);
    for (const [index, row] of cells.entries())
      row[fit.column] = cellOf(excerpt(String(rows[index]?.[fit.column] ?? ""), room));
    widths[fit.column] = Math.min(widths[fit.column] ?? 0, room);
  }
  // What is cut is text, even where all of it happens to be numbers.
  const isRight = widths.map(
    (_, column) => column !== fit?.column && isNumeric(cells.map((row) => row[column]?.text ?? "")),
  );
  return cells
    .map((row, index) => {
      const line = row.map(({ text, width }, column) => {
        const blank = " ".repeat(Math.max(0, (widths[column] ?? 0) - width));
        return isRight[column] === true ? blank + text : text + blank;
      });
      return style(line.join(GAP).trimEnd(), index);
    })
    .join("\n");
}

interface Cell {
  text: string;
  width: number;
}

function cellOf(value: string): Cell {
  const text = printableLine(value);
  return { text, width: stringWidth(text) };
}

/** Whether what stands below the head of a column is numbers; a row alone is its own head. */
function isNumeric(column: readonly string[]): boolean {
  const [head = "", ...below] = column;
  const values = below.filter((text) => text !== "" && text !== "-");
  return values.length === 0 ? NUMBER.test(head) : values.every((text) => NUMBER.test(text));
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
  // From 99.5 on, two digits would be written with an exponent.
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2)} ${units[unit] ?? ""}`;
}
