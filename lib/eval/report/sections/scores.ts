import type { EvalSummary } from "../../analysis/summary.js";
import { BENCHMARKS } from "../../metrics/index.js";
import type { Interval } from "../../stats/bootstrap.js";
import { FEW_RECORDS, isTooFew } from "../../stats/wilson.js";
import { count, counted as countedNoun, percent, percentRange } from "../html/format.js";
import { html } from "../html/html.js";
import type { Section } from "../report-page.js";
import { counted, drawing, interval, kindOf, share, whole } from "../tables/cells.js";
import { dataTable, SHOWN_ROWS, type TableGroup, type TableRow } from "../tables/data-table.js";
import { dotPlot, scaleOf, shareAxis, type Scale } from "../tables/dot-plot.js";

/** One figure with what it rests on. */
export interface ScoreLine {
  name: string;
  value: number;
  interval: Interval | undefined;
  records: number;
  /** Stands above the lines that it is made of. */
  isTotal?: boolean;
}

export interface ScoreLines {
  name: string;
  lines: readonly ScoreLine[];
}

/** Average, sections and subsets, those of a section below it, each as a dot with its interval. */
export function scoresSection(summary: EvalSummary): Section {
  const { benchmark } = summary;
  const caption = [
    "Accuracy in percent with its 95 % interval, Wilson's or, of figures made of several, a bootstrap's.",
    benchmark === "rewardbench2"
      ? "A maximum shared by k answers counts 1/k; the Ties subset has a score of its own."
      : "Equal rewards count as wrong.",
    benchmark === "rm-bench"
      ? "Hard compares plain right answers with ornate wrong ones, normal the same style, easy the other way round."
      : "",
    `Figures of fewer than ${FEW_RECORDS} records are marked: they say little about others.`,
  ];
  const groups = linesOf(summary);
  return {
    id: "scores",
    title: "Scores",
    body: html`<p>${caption.join(" ")}</p>
      ${scoreTable("scores", "Accuracy by section and subset", groups, "Accuracy, %", "Records")}`,
  };
}

/** A table of figures with a dot plot. */
export function scoreTable(
  id: string,
  title: string,
  groups: readonly ScoreLines[],
  figure: string,
  unit: string,
): ReturnType<typeof dataTable> {
  const { shown, note } = cut(groups, unit);
  const scale = scaleOf(shown.flatMap(({ lines }) => lines));
  return dataTable({
    id,
    title,
    columns: [
      { title: "Name", isText: true },
      { title: shareAxis(scale), isPlot: true },
      { title: figure, name: figure.replace(/, %$/, "") },
      { title: "95 %", name: "95 % interval" },
      { title: unit },
    ],
    groups: shown.map(({ name, lines }): TableGroup => ({
      name,
      rows: lines.map((line) => scoreRow(line, scale, unit)),
    })),
    note,
  });
}

function scoreRow(line: ScoreLine, scale: Scale, unit: string): TableRow {
  const { name, value, records } = line;
  const label = `${name}: ${percent(value)} (95 %: ${percentRange(line.interval)}), ${count(records)} ${unit.toLowerCase()}`;
  const dot = { value, interval: line.interval, label, kind: "measured", isHollow: isTooFew(records) };
  return {
    kind: line.isTotal === true ? "total" : kindOf(records),
    cells: [
      counted(name, records),
      drawing(dotPlot(scale, [dot])),
      share(value),
      interval(line.interval),
      whole(records),
    ],
  };
}

function cut(groups: readonly ScoreLines[], unit: string): { shown: ScoreLines[]; note: string | undefined } {
  let left = SHOWN_ROWS;
  const shown = groups.map(({ name, lines }) => {
    const kept = lines.slice(0, left);
    left -= kept.length;
    return { name, lines: kept };
  });
  const hidden = groups.reduce((sum, { lines }) => sum + lines.length, 0) - (SHOWN_ROWS - left);
  if (hidden === 0) return { shown, note: undefined };
  const note = `The first ${SHOWN_ROWS} lines; summary.json has ${countedNoun(hidden, "more line", "more lines")} with their ${unit.toLowerCase()}.`;
  return { shown: shown.filter(({ lines }) => lines.length > 0), note };
}

/** The lines of a run in their groups. */
export function linesOf(summary: EvalSummary): ScoreLines[] {
  const { benchmark, average, sections, subsets, intervals, counts, sectionCounts, records } = summary;
  const sectionLine = (name: string): ScoreLine => ({
    name,
    value: sections[name] ?? Number.NaN,
    interval: intervals.sections[name],
    records: sectionCounts[name] ?? 0,
    isTotal: true,
  });
  const names = Object.keys(subsets);
  const nameless = names.length === 1 ? "all records" : "no subset";
  const subsetLine = (name: string): ScoreLine => ({
    name: name === "" ? nameless : name,
    value: subsets[name] ?? Number.NaN,
    interval: intervals.subsets[name],
    records: counts[name] ?? 0,
  });
  const sectionOf = (name: string): string | undefined => BENCHMARKS[benchmark].sectionOf(name);
  const scored = records.scored + records.failed;
  const whole: ScoreLine = {
    name: "Average",
    value: average,
    interval: intervals.average,
    records: scored,
    isTotal: true,
  };
  const within = Object.keys(sections).filter((section) => names.some((name) => sectionOf(name) === section));
  const across = Object.keys(sections).filter((section) => !within.includes(section));
  const loose = names.filter((name) => {
    const section = sectionOf(name);
    return section === undefined || !within.includes(section);
  });
  return [
    { name: "", lines: [whole] },
    ...(across.length === 0
      ? []
      : [{ name: "sections", lines: across.map((name) => ({ ...sectionLine(name), isTotal: false })) }]),
    ...within.map((section) => ({
      name: section,
      lines: [sectionLine(section), ...names.filter((name) => sectionOf(name) === section).map(subsetLine)],
    })),
    ...(loose.length === 0
      ? []
      : [{ name: within.length === 0 ? "subsets" : "no section", lines: loose.map(subsetLine) }]),
  ];
}
