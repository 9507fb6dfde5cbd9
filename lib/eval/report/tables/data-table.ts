import { escapeHtml, html, Markup, type Insertable } from "../html/html.js";

/** One cell: what is read, and what it is sorted by and written into a CSV file as; null where it is not known. */
export interface TableCell {
  shown: Insertable;
  value: string | number | null;
}

export interface TableColumn {
  title: Insertable;
  /** What the column is called in a CSV file, where that is not its title. */
  name?: string;
  /** How its figures come about, shown when somebody points at the title. */
  hint?: string;
  /** Words stand to the left, numbers to the right. */
  isText?: boolean;
  /** A drawing of what other columns say: neither sorted nor copied. */
  isPlot?: boolean;
}

export interface TableRow {
  /** The first names the row. */
  cells: readonly TableCell[];
  /** `own`: this run among others; `few`: figures of too few records; `total`: stands above the rows it is made of. */
  kind?: "own" | "few" | "total" | undefined;
}

/** Rows that belong together and stay so when the table is sorted. */
export interface TableGroup {
  /** Goes into a CSV file as a column of its own; empty where there are no groups. */
  name: string;
  rows: readonly TableRow[];
}

export interface DataTable {
  /** Unique on the page; also the name of the CSV file. */
  id: string;
  /** What it holds, for those who do not see what stands above it. */
  title: string;
  columns: readonly TableColumn[];
  groups: readonly TableGroup[];
  /** Said below: that rows are missing, say. */
  note?: string | undefined;
}

/** Longer tables are cut: a dataset may call every record a subset. */
export const SHOWN_ROWS = 200;

/** A table that the page's script lets one sort, copy and save; without the script it is a table like any other. */
export function dataTable({ id, title, columns, groups, note }: DataTable): Markup {
  return html`<div class="data">
    <div class="scroll" tabindex="0" role="region" aria-label="${`Table: ${title}`}">
      <table data-name="${id}">
        <caption>
          ${title}
        </caption>
        <thead>
          <tr>
            ${columns.map(headCell)}
          </tr>
        </thead>
        ${groups.map(
          ({ name, rows }) =>
            html`<tbody data-group="${name}">
              ${rows.map((row) => tableRow(row, columns))}
            </tbody>`,
        )}
      </table>
    </div>
    ${note === undefined ? null : html`<p class="quiet">${note}</p>`}
  </div>`;
}

function headCell({ title, name, hint, isText, isPlot }: TableColumn): Markup {
  const given = attributes({ class: kindOf(isPlot, isText), title: hint, "data-name": name });
  const hidden = isPlot === true ? html`<span class="hidden">Drawn</span>` : null;
  return html`<th scope="col" ${given}>${hidden}${title}</th>`;
}

function tableRow({ cells, kind }: TableRow, columns: readonly TableColumn[]): Markup {
  return html`<tr ${attributes({ class: kind })}>
    ${cells.map(({ shown, value }, index) => {
      const { isText, isPlot } = columns[index] ?? {};
      const given = attributes({
        class: kindOf(isPlot, isText),
        "data-value": value === null ? "" : value === shown ? undefined : String(value),
      });
      return index === 0 ? html`<th scope="row" ${given}>${shown}</th>` : html`<td ${given}>${shown}</td>`;
    })}
  </tr>`;
}

function kindOf(isPlot = false, isText = false): string | undefined {
  return isPlot ? "plot" : isText ? "text" : undefined;
}

/** Attributes that are given. */
function attributes(values: Readonly<Record<string, string | undefined>>): Markup[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [new Markup(` ${name}="${escapeHtml(value)}"`)],
  );
}
