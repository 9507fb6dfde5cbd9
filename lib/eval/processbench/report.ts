import { scoresChart } from "../report/charts/scores-chart.js";
import { chartSection, table } from "../report/figures.js";
import { count, counted, decimal, percent, percentRange } from "../report/html/format.js";
import { html, type Markup } from "../report/html/html.js";
import { reportPage } from "../report/report-page.js";
import type { ProcessBenchSummary } from "./summary.js";

/** `report.html` of ProcessBench: one file without script or network. */
export async function renderProcessReport(summary: ProcessBenchSummary): Promise<string> {
  return reportPage(`ProcessBench: ${summary.model}`, [
    overview(summary),
    await subsetsSection(summary),
    placesSection(summary),
  ]);
}

function overview({ type, data, threshold, average, intervals, records }: ProcessBenchSummary): Markup {
  const { total, failed, bad, missing } = records;
  const notes = [
    failed === 0 ? "" : `Not scored, counted as wrong: ${counted(failed, "solution", "solutions")}.`,
    missing === 0 ? "" : `Without a score, left out: ${counted(missing, "solution", "solutions")}.`,
    bad === 0 ? "" : `Not readable as a record, left out: ${counted(bad, "row", "rows")}.`,
  ].filter((note) => note !== "");
  return html`<p class="quiet">
      ${type === undefined ? "" : `Weights ${type}. `}${counted(total, "solution", "solutions")} of
      ${data.path}. A step counts as wrong below ${decimal(threshold)}.
    </p>
    <ul class="tiles">
      <li>
        <b>${percent(average)}</b><span>average F1</span><span>${percentRange(intervals.average)}</span>
      </li>
    </ul>
    ${notes.length === 0 ? null : html`<div class="notice" role="note">${notes.map((note) => html`<p>${note}</p>`)}</div>`}`;
}

async function subsetsSection({ subsets, intervals }: ProcessBenchSummary): Promise<Markup> {
  const names = Object.keys(subsets);
  const shown = (name: string): string => (name === "" ? "all records" : name);
  return chartSection(
    "subsets",
    "F1 by subset",
    "Harmonic mean of two accuracies, with its 95 % interval: of wrong solutions, in how many the first wrong step was found; of right " +
      "ones, in how many no step was found wrong.",
    scoresChart(
      names.map((name) => ({
        name: shown(name),
        value: subsets[name]?.f1 ?? 0,
        interval: intervals.f1[name],
      })),
      "F1",
    ),
    {
      head: ["Subset", "Wrong solutions", "Right solutions", "F1", "95 % interval", "Wrong", "Right"],
      rows: names.map((name) => [
        shown(name),
        percent(subsets[name]?.error),
        percent(subsets[name]?.correct),
        percent(subsets[name]?.f1),
        percentRange(intervals.f1[name]),
        count(subsets[name]?.errorCount ?? 0),
        count(subsets[name]?.correctCount ?? 0),
      ]),
    },
  );
}

function placesSection({ places }: ProcessBenchSummary): Markup {
  const { early, exact, late, missed, unscored } = places;
  const total = early + exact + late + missed + unscored;
  if (total === 0) return html``;
  const rows: [string, number][] = [
    ["At the first wrong step", exact],
    ["At a right step before it", early],
    ["At a step behind it", late],
    ["Nowhere", missed],
    ["Not scored", unscored],
  ];
  return html`<section aria-labelledby="places">
    <h2 id="places">Where errors are seen</h2>
    <p>Of the wrong solutions: where the first step below the threshold is.</p>
    ${table({
      head: ["First step found wrong", "Solutions", "Share"],
      rows: rows
        .filter(([, value]) => value > 0)
        .map(([name, value]) => [name, count(value), percent(value / total)]),
    })}
  </section>`;
}
