import { MAX_FLIP_SHARE } from "../fidelity/evidence.js";
import { fidelityTables, type FidelityTable } from "../fidelity/figures.js";
import type { FidelityRow } from "../fidelity/compare-types.js";
import type { FidelityReport } from "../fidelity/run-fidelity.js";
import { signedPoints, signedRange } from "../stats/figure-text.js";
import { counted, decimal, percent } from "./html/format.js";
import { html, type Markup } from "./html/html.js";
import { reportPage, type Section } from "./report-page.js";
import { notice } from "./sections/lead.js";
import { provenanceSection } from "./sections/provenance.js";
import { drawing, wordTable } from "./tables/cells.js";
import { dataTable, type DataTable } from "./tables/data-table.js";
import { dotAxis, dotPlot, scaleOf } from "./tables/dot-plot.js";

/**
 * What `fidelity` found as one page without network, with the figures that the terminal shows.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { folderTypes, renderFidelityReport, runFidelity } from "llama-reward/eval";
 *
 * const types = await folderTypes("models/grm", { types: ["f16"] });
 * const report = await runFidelity({ data: "pairs.jsonl", ...types });
 * await writeFile("fidelity.html", renderFidelityReport(report));
 * ```
 */
export function renderFidelityReport(report: FidelityReport): string {
  const { rows, verdict, model, provenance } = report;
  const lead = html`<div class="verdict"><p>${verdict}</p></div>
    ${leftOut(report)}`;
  const drawn = [
    differences(rows),
    rows.some(({ accuracy }) => accuracy !== null) ? changes(rows) : bounds(rows),
  ];
  const sections = fidelityTables(report).map((table, index): Section => {
    const id = `table-${index}`;
    return {
      id,
      title: SHORT[index] ?? table.title,
      body: html`<p>${table.title}.</p>
        ${dataTable(withPlot(id, table, drawn[index]))}`,
    };
  });
  const fingerprints = Object.fromEntries(
    rows.map(({ type, fingerprint }) => [`Fingerprint, ${type}`, fingerprint]),
  );
  return reportPage(`What smaller types do to rewards: ${model}`, lead, [
    ...sections,
    { id: "reading", title: "How to read this", body: html`<p>${READING}</p>` },
    provenanceSection(provenance, fingerprints),
  ]);
}

/** Names of the first tables in the list of contents. */
const SHORT = ["Differences of rewards", "Pairs that turn around"];

/** A drawing for each row of a table, and what stands above. */
interface Plots {
  axis: Markup;
  rows: readonly Markup[];
}

function withPlot(id: string, { title, head, rows }: FidelityTable, plots: Plots | undefined): DataTable {
  const table = wordTable(id, title, head, rows);
  if (plots === undefined) return table;
  return {
    ...table,
    columns: [...table.columns, { title: plots.axis, isPlot: true }],
    groups: table.groups.map(({ name, rows: own }) => ({
      name,
      rows: own.map(({ cells }, index) => ({ cells: [...cells, drawing(plots.rows[index] ?? html``)] })),
    })),
  };
}

/** Mean to largest difference, by powers of ten: types lie far apart. */
function differences(rows: readonly FidelityRow[]): Plots {
  const dots = rows.map((row) => {
    const { mean, max } = row.differenceInStds ?? row.difference;
    const ends = [Math.log10(mean), Math.log10(max)] as const;
    return {
      value: ends[0],
      interval: ends,
      label: `${row.type}: mean ${decimal(mean)}, largest ${decimal(max)}`,
      kind: "measured",
    };
  });
  const scale = scaleOf(dots);
  return {
    axis: dotAxis(scale, (value) => decimal(10 ** value, 1)),
    rows: dots.map((dot) => dotPlot(scale, [dot])),
  };
}

/** By how much accuracy changes. */
function changes(rows: readonly FidelityRow[]): Plots {
  const dots = rows.map(({ type, accuracy, isReference }) => {
    const { change = Number.NaN, interval } = accuracy ?? {};
    const label = `${type}: accuracy changes by ${signedPoints(change)} points (95 %: ${interval === undefined ? "" : signedRange(interval)})`;
    return { value: change, interval, label, kind: isReference ? "other" : "measured" };
  });
  const scale = scaleOf(dots, [0]);
  return {
    axis: dotAxis(scale, (value) => signedPoints(value)),
    rows: dots.map((dot) => dotPlot(scale, [dot], 0)),
  };
}

/** How many records may turn around, beside how many a safe type may. */
function bounds(rows: readonly FidelityRow[]): Plots {
  const dots = rows.map(({ type, flipBound, isReference }) => ({
    value: isReference ? Number.NaN : flipBound,
    label: `${type}: at most ${percent(flipBound)}; a safe type at most ${percent(MAX_FLIP_SHARE)}`,
    kind: "measured",
  }));
  const scale = scaleOf(dots, [0, MAX_FLIP_SHARE]);
  return {
    axis: dotAxis(scale, (value) => percent(value)),
    rows: dots.map((dot) => dotPlot(scale, [dot], MAX_FLIP_SHARE)),
  };
}

const READING =
  "Alone and shuffled: the largest difference of a type from itself, when conversations are scored one by one, or together in another " +
  "order. Near-ties: flips of pairs whose margin by the reference is below a tenth of the margins' standard deviation. Others at most: " +
  "the share of other records of this kind that flip, near-ties apart, by the exact binomial bound at 95 %; records needed: how many " +
  "records with pairs bring that to 1 % if no more flip. Dots: mean differences with lines to the largest, by powers of ten; changes of " +
  "accuracy with their 95 % intervals, or, without labels, that bound beside 1 %.";

function leftOut({ leftOut: { records, reasons, examples } }: FidelityReport): Markup {
  if (records === 0) return html``;
  const causes = Object.entries(reasons).map(([code, times]) => `${code} ${times}`);
  return notice([
    html`<p>
      Left out, because they cannot be read or scored: ${counted(records, "record", "records")}
      (${causes.join(", ")}).
    </p>`,
    html`<details>
      <summary>${examples.length < records ? `The first ${examples.length}` : "Which"}</summary>
      <ul>
        ${examples.map(({ id, message }) => html`<li>Record ${String(id)}: ${message}</li>`)}
      </ul>
    </details>`,
  ]);
}
