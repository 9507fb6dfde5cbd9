import type { ComparedRun, RunComparison, RunDifference } from "../../analysis/compare-runs.js";
import { differenceVerdict } from "../../analysis/difference-verdict.js";
import { FEW_RECORDS } from "../../stats/wilson.js";
import { pValue, signedPoints, signedRange } from "../../stats/figure-text.js";
import { count, counted, percent, percentRange } from "../html/format.js";
import { html, type Markup } from "../html/html.js";
import type { Section } from "../report-page.js";
import { change, drawing, interval, number, share, whole, words } from "../tables/cells.js";
import { dataTable } from "../tables/data-table.js";
import { dotAxis, dotPlot, scaleOf, shareAxis } from "../tables/dot-plot.js";
import { notice } from "./lead.js";
import { runKind, runLegend } from "../tables/run-legend.js";
import { runsTable, shortName } from "../tables/runs-table.js";

/** Runs side by side over the records that all have: what a reader wants first where there are several. */
export function comparisonSection(comparison: RunComparison | null): Section | null {
  if (comparison === null) return null;
  const { runs, differences, records } = comparison;
  return {
    id: "comparison",
    title: runs.length === 2 ? `Against ${runs[1]?.name ?? ""}` : `${count(runs.length)} runs compared`,
    body: html`<div class="verdict">
        ${differences.filter(({ first }) => first === 0).map((each) => html`<p>${differenceVerdict(comparison, each)}</p>`)}
      </div>
      ${notice([
        comparison.isTooFew
          ? html`<p>
              ${counted(records, "record", "records")} in all runs: fewer than ${FEW_RECORDS} are too few to
              tell runs apart.
            </p>`
          : null,
      ])}
      <p>
        Over the ${counted(records, "record", "records")} that all runs have. Differences are paired: the same
        records are drawn for both runs.
        ${runs.length > 2 ? "p-values are McNemar's, and adjusted for the number of comparisons (Holm)." : "The p-value is that of McNemar's exact test."}
      </p>
      ${runsOverview(runs, records)} ${differencesTable(comparison)} ${runsTable(comparison)}`,
  };
}

function runsOverview(runs: readonly ComparedRun[], records: number): Markup {
  const lines = runs.map((run) => ({ ...run, value: run.average, interval: run.intervals.average }));
  const scale = scaleOf(lines);
  return html`${runLegend(runs)}
  ${dataTable({
    id: "runs",
    title: "Average of every run",
    columns: [
      { title: "Run", isText: true },
      { title: shareAxis(scale), isPlot: true },
      { title: "Average, %", name: "Average" },
      { title: "95 %", name: "95 % interval" },
      { title: `Right of ${count(records)}`, name: "Right" },
    ],
    groups: [
      {
        name: "",
        rows: lines.map((run, place) => ({
          kind: place === 0 ? "own" : undefined,
          cells: [
            words(run.name),
            drawing(
              dotPlot(scale, [
                {
                  value: run.value,
                  interval: run.interval,
                  label: `${run.name}: ${percent(run.value)} (95 %: ${percentRange(run.interval)})`,
                  ...runKind(place),
                },
              ]),
            ),
            share(run.value),
            interval(run.interval),
            whole(run.right),
          ],
        })),
      },
    ],
  })}`;
}

function differencesTable({ runs, differences }: RunComparison): Markup {
  const scale = scaleOf(
    differences.map(({ average }) => ({ value: average.difference, interval: average.interval })),
    [0],
  );
  const name = ({ first, second }: RunDifference, of = (full: string): string => full): string =>
    `${of(runs[first]?.name ?? "")} \u2212 ${of(runs[second]?.name ?? "")}`;
  return dataTable({
    id: "differences",
    title: "Differences of the averages, in percentage points",
    columns: [
      { title: "Difference", isText: true },
      { title: dotAxis(scale, (value) => signedPoints(value).replace(".0", "")), isPlot: true },
      { title: "Points", name: "Difference of the averages" },
      { title: "95 %", name: "95 % interval" },
      {
        title: "Only first",
        name: "Right only in the first",
        hint: "Records that only the first run judges rightly",
      },
      {
        title: "Only second",
        name: "Right only in the second",
        hint: "Records that only the second run judges rightly",
      },
      { title: "p", hint: "McNemar's exact test, two-sided" },
      ...(differences.length > 1
        ? [{ title: "p, Holm", hint: "Adjusted for the number of comparisons" }]
        : []),
    ],
    groups: [
      {
        name: "",
        rows: differences.map((each) => {
          const { difference, interval: ends } = each.average;
          const label = `${name(each)}: ${signedPoints(difference)} points (95 %: ${signedRange(ends)})`;
          return {
            cells: [
              words(name(each), name(each, shortName)),
              drawing(dotPlot(scale, [{ value: difference, interval: ends, label, kind: "measured" }], 0)),
              change(difference),
              interval(ends, signedRange(ends)),
              whole(each.mcnemar.onlyFirst),
              whole(each.mcnemar.onlySecond),
              number(each.mcnemar.pValue, pText(each.mcnemar.pValue)),
              ...(differences.length > 1 ? [number(each.adjustedPValue, pText(each.adjustedPValue))] : []),
            ],
          };
        }),
      },
    ],
  });
}

function pText(value: number): string {
  return pValue(value).replace(/^p (?:= )?/, "");
}
