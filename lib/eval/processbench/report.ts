import type { Section } from "../report/report-page.js";
import { reportPage } from "../report/report-page.js";
import { count, counted, decimal } from "../report/html/format.js";
import { html, type Markup } from "../report/html/html.js";
import { figureTile, notice, recordNotices, tiles } from "../report/sections/lead.js";
import { provenanceSection } from "../report/sections/provenance.js";
import { scoreTable } from "../report/sections/scores.js";
import { interval, share, whole, words } from "../report/tables/cells.js";
import { countTable } from "../report/tables/count-table.js";
import { dataTable } from "../report/tables/data-table.js";
import type { ProcessBenchSummary } from "./summary.js";

/** `report.html` of ProcessBench: one file without network. */
export function renderProcessReport(summary: ProcessBenchSummary): string {
  return reportPage(`ProcessBench: ${summary.model}`, lead(summary), [
    scoresSection(summary),
    placesSection(summary),
    provenanceSection(summary.provenance),
  ]);
}

function lead({
  type,
  data,
  threshold,
  average,
  intervals,
  records,
  noAverageBecause,
}: ProcessBenchSummary): Markup {
  return html`<p class="quiet">
      ${type === undefined ? "" : `Weights ${type}. `}${counted(records.total, "solution", "solutions")} of
      ${data.path}. A step counts as wrong below ${decimal(threshold)}.
    </p>
    ${tiles([figureTile("average F1", average, intervals.average)])}
    ${notice([
      noAverageBecause === null ? null : html`<p>There is no average: ${noAverageBecause}.</p>`,
      ...recordNotices(records, "solution", "solutions"),
    ])}`;
}

function scoresSection({ average, subsets, intervals, records }: ProcessBenchSummary): Section {
  const names = Object.keys(subsets);
  const shown = (name: string): string => (name === "" ? "all records" : name);
  const sizeOf = (name: string): number =>
    (subsets[name]?.errorCount ?? 0) + (subsets[name]?.correctCount ?? 0);
  const lines = names.map((name) => ({
    name: shown(name),
    value: subsets[name]?.f1 ?? Number.NaN,
    interval: intervals.f1[name],
    records: sizeOf(name),
  }));
  const all = {
    name: "Average",
    value: average ?? Number.NaN,
    interval: intervals.average,
    records: records.scored + records.failed,
    isTotal: true,
  };
  return {
    id: "scores",
    title: "F1 by subset",
    body: html`<p>
        Harmonic mean of two accuracies, with its 95 % interval: of wrong solutions, in how many the first
        wrong step was found; of right ones, in how many no step was found wrong.
      </p>
      ${scoreTable(
        "scores",
        "F1 of every subset",
        [
          { name: "", lines: [all] },
          { name: "subsets", lines },
        ],
        "F1, %",
        "Solutions",
      )}
      ${dataTable({
        id: "accuracies",
        title: "Both accuracies of every subset",
        columns: [
          { title: "Subset", isText: true },
          { title: "Of wrong ones, %", name: "Accuracy on wrong solutions" },
          { title: "Of right ones, %", name: "Accuracy on right solutions" },
          { title: "F1, %", name: "F1" },
          { title: "95 %", name: "95 % interval" },
          { title: "Wrong" },
          { title: "Right" },
        ],
        groups: [
          {
            name: "",
            rows: names.map((name) => ({
              cells: [
                words(shown(name)),
                share(subsets[name]?.error),
                share(subsets[name]?.correct),
                share(subsets[name]?.f1),
                interval(intervals.f1[name]),
                whole(subsets[name]?.errorCount ?? 0),
                whole(subsets[name]?.correctCount ?? 0),
              ],
            })),
          },
        ],
      })}`,
  };
}

function placesSection({ places }: ProcessBenchSummary): Section | null {
  const { early, exact, late, missed, unscored } = places;
  const total = early + exact + late + missed + unscored;
  if (total === 0) return null;
  const rows: [string, number][] = [
    ["At the first wrong step", exact],
    ["At a right step before it", early],
    ["At a step behind it", late],
    ["Nowhere", missed],
    ["Not scored", unscored],
  ];
  return {
    id: "places",
    title: "Where errors are seen",
    body: html`<p>Of ${count(total)} wrong solutions: where the first step below the threshold is.</p>
      ${countTable({
        id: "places",
        title: "Where the first step below the threshold is",
        kind: "First step found wrong",
        unit: "Solutions",
        rows: rows.filter(([, value]) => value > 0),
        total,
      })}`,
  };
}
