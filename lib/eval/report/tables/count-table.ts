import type { Markup } from "../html/html.js";
import { share, whole, words } from "./cells.js";
import { dataTable, type DataTable } from "./data-table.js";

/** How many there are of each kind. */
export interface Counts extends Pick<DataTable, "id" | "title"> {
  /** What a kind is called. */
  kind: string;
  /** What is counted. */
  unit: string;
  rows: readonly (readonly [name: string, count: number])[];
  /** What the shares are of. */
  total: number;
}

/** Counts, each beside its share. */
export function countTable({ id, title, kind, unit, rows, total }: Counts): Markup {
  return dataTable({
    id,
    title,
    columns: [{ title: kind, isText: true }, { title: unit }, { title: "Share, %", name: "Share" }],
    groups: [
      {
        name: "",
        rows: rows.map(([name, count]) => ({ cells: [words(name), whole(count), share(count / total)] })),
      },
    ],
  });
}
