import { fidelityTables } from "../fidelity/figures.js";
import type { FidelityReport } from "../fidelity/run-fidelity.js";
import { table } from "./figures.js";
import { counted } from "./html/format.js";
import { html, type Markup } from "./html/html.js";
import { reportPage } from "./report-page.js";

/**
 * What `fidelity` found as one page without script or network, with the figures that the terminal shows.
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
  const tables = fidelityTables(report).map(
    (one, index) =>
      html`<section aria-labelledby="${`table-${index}`}">
        <h2 id="${`table-${index}`}">${one.title}</h2>
        ${table(one)}
      </section>`,
  );
  return reportPage("What smaller types do to rewards", [
    html`<p>${report.verdict}</p>`,
    leftOut(report),
    ...tables,
    html`<p class="quiet">${READING}</p>`,
  ]);
}

const READING =
  "Alone and shuffled: the largest difference of a type from itself, when conversations are scored one by one, or together in another " +
  "order. Near-ties: flips of pairs whose margin by the reference is below a tenth of the margins' standard deviation. Others at most: " +
  "the share of other records of this kind that flip, near-ties apart, by the exact binomial bound at 95 %; records needed: how many " +
  "records with pairs bring that to 1 % if no more flip.";

function leftOut({ leftOut: { records, reasons } }: FidelityReport): Markup {
  if (records === 0) return html``;
  const causes = Object.entries(reasons).map(([code, times]) => `${code} ${times}`);
  return html`<div class="notice" role="note">
    <p>
      Left out, because they cannot be read or scored: ${counted(records, "record", "records")}
      (${causes.join(", ")}).
    </p>
  </div>`;
}
