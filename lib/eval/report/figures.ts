import type { TopLevelSpec } from "vega-lite";
import { html, type Insertable, type Markup } from "./html/html.js";
import { renderChart } from "./charts/render-chart.js";

/** Column headings and rows of the numbers behind a chart. */
export interface FigureTable {
  head: readonly string[];
  rows: readonly (readonly Insertable[])[];
}

/** A table; the first column names the row. */
export function table({ head, rows }: FigureTable): Markup {
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A section with a chart, a sentence on how to read it, and its numbers for those who cannot see it. */
export async function chartSection(
  id: string,
  title: string,
  caption: Insertable,
  spec: TopLevelSpec,
  numbers: FigureTable,
): Promise<Markup> {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <figure data-chart="${id}">
      <div class="scroll" tabindex="0" role="img" aria-label="${`Chart: ${title}`}">
        ${await renderChart(spec)}
      </div>
      <figcaption>${caption}</figcaption>
    </figure>
    <details>
      <summary>Numbers</summary>
      ${table(numbers)}
    </details>
  </section>`;
}
