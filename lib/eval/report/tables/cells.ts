import type { Interval } from "../../stats/bootstrap.js";
import { isTooFew } from "../../stats/wilson.js";
import { signedPoints } from "../../stats/figure-text.js";
import { count, decimal, points, pointsRange } from "../html/format.js";
import { html, type Insertable, type Markup } from "../html/html.js";
import type { DataTable, TableCell, TableRow } from "./data-table.js";

/** Words. */
export function words(text: string, shown: Insertable = text): TableCell {
  return { shown, value: text };
}

/** A drawing. */
export function drawing(shown: Markup): TableCell {
  return { shown, value: null };
}

/** A number as people read it, and as it is. */
export function number(value: number | null | undefined, shown: string = decimal(value)): TableCell {
  return { shown, value: value === null || value === undefined || !Number.isFinite(value) ? null : value };
}

/** How many. */
export function whole(value: number): TableCell {
  return number(value, count(value));
}

/** A share, in percent without the sign. */
export function share(value: number | null | undefined): TableCell {
  return number(value, points(value));
}

/** A difference of shares, in percentage points. */
export function change(value: number): TableCell {
  return number(value, signedPoints(value));
}

/** A 95 % interval; sorted by its lower end. */
export function interval(ends: Interval | undefined, shown: string = pointsRange(ends)): TableCell {
  if (ends === undefined || ends.some((end) => !Number.isFinite(end))) return { shown, value: null };
  return { shown, value: ends.join(" to ") };
}

/** The name of a row whose figures rest on so many records. */
export function counted(name: string, records: number): TableCell {
  return isTooFew(records) ? words(name, html`${name} <span class="few">too few</span>`) : words(name);
}

/** Whether a row of so many records is to be marked. */
export function kindOf(records: number): TableRow["kind"] {
  return isTooFew(records) ? "few" : undefined;
}

/** A table of words alone, the first column naming the row. */
export function wordTable(
  id: string,
  title: string,
  head: readonly string[],
  rows: readonly (readonly Insertable[])[],
): DataTable {
  return {
    id,
    title,
    columns: head.map((name, index) => ({ title: name, isText: index === 0 })),
    groups: [
      {
        name: "",
        rows: rows.map((row) => ({
          cells: row.map((shown) => ({ shown, value: typeof shown === "string" ? shown : null })),
        })),
      },
    ],
  };
}
