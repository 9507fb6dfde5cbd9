import type { EvalSummary } from "../../analysis/summary.js";
import { publishedRows, type PublishedRow } from "../../metrics/published.js";
import { percentRange } from "../html/format.js";
import { html } from "../html/html.js";
import type { Section } from "../report-page.js";
import { drawing, share, words } from "../tables/cells.js";
import { dataTable, type TableRow } from "../tables/data-table.js";
import { dotPlot, scaleOf, shareAxis, type Dot } from "../tables/dot-plot.js";

interface Line {
  model: string;
  /** Shares, unlike published rows. */
  average: number;
  sections: Readonly<Record<string, number>>;
  isMeasured: boolean;
}

/** This run among the models whose figures are published, by average; null where none are. */
export function publishedSection(summary: EvalSummary): Section | null {
  const published = publishedRows(summary.benchmark);
  if (published.length === 0) return null;
  const { model, average, intervals } = summary;
  const own: Line = { model: `${model} (measured)`, average, sections: summary.sections, isMeasured: true };
  const lines = [own, ...published.map(asLine)].sort((a, b) => b.average - a.average);
  const scale = scaleOf([
    { value: average, interval: intervals.average },
    ...lines.map((line) => ({ value: line.average })),
  ]);
  const sections = Object.keys(summary.sections);
  const row = (line: Line): TableRow => {
    const note = line.isMeasured ? `measured, 95 %: ${percentRange(intervals.average)}` : "published";
    const dot: Dot = {
      value: line.average,
      interval: line.isMeasured ? intervals.average : undefined,
      label: `${line.model}: ${(line.average * 100).toFixed(1)} % (${note})`,
      kind: line.isMeasured ? "measured" : "other",
      shape: line.isMeasured ? 0 : 2,
    };
    return {
      kind: line.isMeasured ? "own" : undefined,
      cells: [
        words(line.model),
        drawing(dotPlot(scale, [dot])),
        share(line.average),
        ...sections.map((name) => share(line.sections[name])),
      ],
    };
  };
  return {
    id: "published",
    title: "Next to published models",
    body: html`<p>
        Percent of pairs judged rightly: this run, with its 95 % interval, among the rows that model cards and
        the leaderboard publish. Some of them publish their average only.
      </p>
      ${dataTable({
        id: "published",
        title: "Published models and this run",
        columns: [
          { title: "Model", isText: true },
          { title: shareAxis(scale), isPlot: true },
          { title: "Average, %", name: "Average" },
          ...sections.map((name) => ({ title: name })),
        ],
        groups: [{ name: "", rows: lines.map(row) }],
      })}`,
  };
}

function asLine({ model, average, sections = {} }: PublishedRow): Line {
  const shares = Object.entries(sections).map(([name, value]) => [name, value / 100] as const);
  return { model, average: average / 100, sections: Object.fromEntries(shares), isMeasured: false };
}
