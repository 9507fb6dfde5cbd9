import type { EvalSummary } from "../analysis/summary.js";
import { table } from "./figures.js";
import { count, counted, decimal, percent, percentRange, pValue } from "./html/format.js";
import { html, type Markup } from "./html/html.js";

/** What was measured, and the main numbers. */
export function overview(summary: EvalSummary): Markup {
  const { type, data, average, intervals, records, sections, published } = summary;
  const split = data.split === undefined ? "" : `, split ${data.split}`;
  return html`<p class="quiet">
      ${type === undefined ? "" : `Weights ${type}. `}${counted(records.total, "record", "records")} of
      ${data.path}${split}, read as ${data.layout}.
    </p>
    <ul class="tiles">
      ${tile(percent(average), "average", percentRange(intervals.average))}
      ${Object.entries(sections).map(([name, value]) =>
        tile(percent(value), name, percentRange(intervals.sections[name])),
      )}
      ${published === null ? null : tile(`${published.average.toFixed(1)} %`, "published average", published.model)}
    </ul>
    <p class="quiet">
      Ranges are 95 % bootstrap intervals: where the figure would lie for other records of the same kind.
    </p>`;
}

function tile(value: string, name: string, note: string): Markup {
  return html`<li><b>${value}</b><span>${name}</span><span>${note}</span></li>`;
}

/** What a reader must know before trusting the numbers. */
export function notices({ records, badRows }: EvalSummary): Markup {
  const { failed, bad, missing } = records;
  if (failed + bad + missing === 0) return html``;
  return html`<div class="notice" role="note">
    ${failed === 0 ? null : html`<p>Not scored, counted as wrong: ${counted(failed, "record", "records")}.</p>`}
    ${missing === 0 ? null : html`<p>Without a score, left out: ${counted(missing, "record", "records")}.</p>`}
    ${
      bad === 0
        ? null
        : html`<p>Not readable as a record, left out: ${counted(bad, "row", "rows")}.</p>
            <details>
              <summary>Which rows</summary>
              <ul>
                ${badRows.map(({ line, message }) => html`<li>Line ${line + 1}: ${message}</li>`)}
              </ul>
            </details>`
    }
  </div>`;
}

/** Means of the attributes a multi-attribute head predicts. */
export function attributesSection({ attributes }: EvalSummary): Markup {
  if (attributes.length === 0) return html``;
  return html`<section aria-labelledby="attributes">
    <h2 id="attributes">Attributes</h2>
    <p>
      Mean of each attribute over chosen and rejected answers. A difference near 0 says that the attribute
      does not tell them apart here.
    </p>
    ${table({
      head: ["Attribute", "Chosen", "Rejected", "Difference", "Mean gate"],
      rows: attributes.map(({ name, chosen, rejected, gate }) => [
        name,
        decimal(chosen),
        decimal(rejected),
        decimal(chosen - rejected),
        decimal(gate),
      ]),
    })}
  </section>`;
}

/** The comparison with other scores of the same records. */
export function againstSection({ against, average }: EvalSummary): Markup {
  if (against === null) return html``;
  const { onlyFirst, onlySecond, pValue: p } = against.mcnemar;
  const verdict =
    p < 0.05 ? "The difference is larger than chance explains." : "The difference may well be chance.";
  return html`<section aria-labelledby="against">
    <h2 id="against">Against ${against.scores}</h2>
    <p>
      ${percent(average)} here, ${percent(against.average)} there. Of ${count(against.records)} records in
      both, ${count(onlyFirst)} are right only here and ${count(onlySecond)} only there (McNemar's exact test,
      ${pValue(p)}). ${verdict}
    </p>
  </section>`;
}
