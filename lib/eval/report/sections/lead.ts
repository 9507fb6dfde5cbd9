import type { EvalSummary } from "../../analysis/summary.js";
import type { RecordCounts } from "../../items/collect.js";
import type { Interval } from "../../stats/bootstrap.js";
import { counted, percent, percentRange } from "../html/format.js";
import { html, type Insertable, type Markup } from "../html/html.js";

/** One of the numbers at the top. */
export interface Tile {
  value: string;
  name: string;
  note: string;
}

/** The main numbers. */
export function tiles(given: readonly Tile[]): Markup {
  return html`<ul class="tiles">
    ${given.map(({ value, name, note }) => html`<li><b>${value}</b><span>${name}</span><span>${note}</span></li>`)}
  </ul>`;
}

/** A figure as one of the main numbers. */
export function figureTile(name: string, value: number | null, interval: Interval | undefined): Tile {
  return { value: percent(value), name, note: percentRange(interval) };
}

/** What was measured, and the main numbers. */
export function overview(summary: EvalSummary): Markup {
  const { type, data, average, intervals, records, sections, published, provenance } = summary;
  const split = data.split === undefined ? "" : `, split ${data.split}`;
  return html`<p class="quiet">
      ${type === undefined ? "" : `Weights ${type}. `}${counted(records.total, "record", "records")} of
      ${data.path}${split}, read as ${data.layout}. ${provenance.date.slice(0, 10)}, llama-reward
      ${provenance.version}.
    </p>
    ${tiles([
      figureTile("average", average, intervals.average),
      ...Object.entries(sections).map(([name, value]) => figureTile(name, value, intervals.sections[name])),
      ...(published === null
        ? []
        : [{ value: `${published.average.toFixed(1)} %`, name: "published average", note: published.model }]),
    ])}
    <p class="quiet">
      Ranges are 95 % intervals: where the figure would lie for other records of the same kind.
    </p>`;
}

/** What a reader must know before trusting the numbers. */
export function notices({ records, badRows, noAverageBecause }: EvalSummary): Markup {
  const rows = html`<details>
    <summary>Which rows</summary>
    <ul>
      ${badRows.map(({ line, message }) => html`<li>Line ${line + 1}: ${message}</li>`)}
    </ul>
    ${
      records.bad > badRows.length
        ? html`<p>These are the first ${badRows.length}; scores.jsonl has the errors of all.</p>`
        : null
    }
  </details>`;
  return notice([
    noAverageBecause === null ? null : html`<p>There is no average: ${noAverageBecause}.</p>`,
    ...recordNotices(records, "record", "records"),
    records.bad === 0 ? null : rows,
  ]);
}

/** What became of records that do not count as any other. */
export function recordNotices(
  { failed, bad, missing }: RecordCounts,
  one: string,
  many: string,
): Insertable[] {
  return [
    failed === 0 ? null : html`<p>Not scored, counted as wrong: ${counted(failed, one, many)}.</p>`,
    missing === 0 ? null : html`<p>Without a score, left out: ${counted(missing, one, many)}.</p>`,
    bad === 0 ? null : html`<p>Not readable as a record, left out: ${counted(bad, "row", "rows")}.</p>`,
  ];
}

/** A box that is seen, or nothing where there is nothing to say. */
export function notice(parts: readonly Insertable[]): Markup {
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? html`` : html`<div class="notice" role="note">${said}</div>`;
}
