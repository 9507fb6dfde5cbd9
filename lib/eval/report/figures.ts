import type { TopLevelSpec } from "vega-lite";
import { renderChart } from "./charts/render-chart.js";
import { html, type Insertable } from "./html/html.js";
import type { Section } from "./report-page.js";
import { dataTable, type DataTable } from "./tables/data-table.js";

/** A section with a chart, a sentence on how to read it, and its numbers for those who cannot see it. */
export async function chartSection(
  { id, title }: Pick<Section, "id" | "title">,
  caption: Insertable,
  spec: TopLevelSpec,
  numbers: DataTable,
): Promise<Section> {
  return {
    id,
    title,
    isChart: true,
    body: html`<figure data-chart="${id}">
        ${await renderChart(spec, { title, describedBy: `${id}-caption` })}
        <figcaption id="${id}-caption">${caption}</figcaption>
      </figure>
      <details class="numbers">
        <summary>Numbers: ${title.toLowerCase()}</summary>
        ${dataTable(numbers)}
      </details>`,
  };
}
