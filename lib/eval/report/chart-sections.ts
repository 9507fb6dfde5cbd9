import type { ComparedUnit } from "../metrics/benchmark.js";
import { BENCHMARKS } from "../metrics/index.js";
import type { LengthBias } from "../analysis/length-bias.js";
import { publishedRows } from "../metrics/published.js";
import type { CalibrationSummary, EvalSummary } from "../analysis/summary.js";
import type { Interval } from "../stats/bootstrap.js";
import { calibrationChart } from "./charts/calibration-chart.js";
import { lengthChart } from "./charts/length-chart.js";
import { marginChart } from "./charts/margin-chart.js";
import { publishedChart } from "./charts/published-chart.js";
import { scoresChart } from "./charts/scores-chart.js";
import { uncertaintyChart } from "./charts/uncertainty-chart.js";
import { chartSection } from "./figures.js";
import { count, decimal, percent, percentRange } from "./html/format.js";
import { html, type Markup } from "./html/html.js";

/** Each of these draws one chart of the report, or nothing where the run has no such figures. */

export async function publishedSection(summary: EvalSummary): Promise<Markup> {
  const rows = publishedRows(summary.benchmark);
  if (rows.length === 0) return html``;
  const sections = Object.keys(summary.sections);
  const cells = (model: string, average: number, values: Readonly<Record<string, number>>): string[] => [
    model,
    average.toFixed(1),
    ...sections.map((section) => values[section]?.toFixed(1) ?? "\u2013"),
  ];
  const measured = Object.fromEntries(
    Object.entries(summary.sections).map(([name, value]) => [name, value * 100]),
  );
  return chartSection(
    "published",
    "Next to published models",
    "Percent of pairs judged rightly: this run beside the rows that model cards and the leaderboard publish. " +
      "Published rows without sections show their average only.",
    publishedChart(summary, rows),
    {
      head: ["Model", "Average", ...sections],
      rows: [
        cells(`${summary.model} (measured)`, summary.average * 100, measured),
        ...rows.map(({ model, average, sections: values = {} }) => cells(model, average, values)),
      ],
    },
  );
}

export async function scoresSections(summary: EvalSummary): Promise<Markup> {
  const { sections, subsets, intervals, counts } = summary;
  const caption =
    "Accuracy with its 95 % interval. " +
    (summary.benchmark === "rewardbench2"
      ? "A maximum shared by k answers counts 1/k; the Ties subset has a score of its own."
      : "Equal rewards count as wrong.");
  const parts: Markup[] = [];
  if (Object.keys(sections).length > 0) {
    const styles =
      summary.benchmark === "rm-bench"
        ? " Hard compares plain right answers with ornate wrong ones, normal the same style, easy the other way round."
        : "";
    parts.push(await scoresSection("sections", "Sections", caption + styles, sections, intervals.sections));
  }
  const nameless = Object.keys(subsets).length === 1 ? "all records" : "no subset";
  const named = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name === "" ? nameless : name, value]));
  parts.push(
    await scoresSection(
      "subsets",
      "Subsets",
      caption,
      named(subsets),
      named(intervals.subsets),
      named(counts),
    ),
  );
  return html`${parts}`;
}

async function scoresSection(
  id: string,
  title: string,
  caption: string,
  values: Readonly<Record<string, number>>,
  intervals: Readonly<Record<string, Interval>>,
  counts?: Readonly<Record<string, number>>,
): Promise<Markup> {
  const names = Object.keys(values);
  return chartSection(
    id,
    title,
    caption,
    scoresChart(names.map((name) => ({ name, value: values[name] ?? 0, interval: intervals[name] }))),
    {
      head: ["Name", "Accuracy", "95 % interval", ...(counts === undefined ? [] : ["Records"])],
      rows: names.map((name) => [
        name,
        percent(values[name]),
        percentRange(intervals[name]),
        ...(counts === undefined ? [] : [count(counts[name] ?? 0)]),
      ]),
    },
  );
}

export async function marginSection({ benchmark, margins }: EvalSummary): Promise<Markup> {
  if (margins.length === 0) return html``;
  const unit = capitalised(BENCHMARKS[benchmark].comparedUnit);
  return chartSection(
    "margins",
    "Margins",
    `By how much the chosen answer wins. ${unit} left of the line are judged wrongly; a tall bar at the line means many ` +
      "near-ties, which rounding or quantization can flip." +
      (benchmark === "rm-bench"
        ? " A record has nine comparisons."
        : " Where a record has several answers, the closest pair counts."),
    marginChart(margins, unit),
    {
      head: ["Margin from", "to", unit],
      rows: margins.map(({ low, high, count: records }) => [decimal(low), decimal(high), count(records)]),
    },
  );
}

export async function calibrationSection({ calibration }: EvalSummary): Promise<Markup> {
  if (calibration === null) return html``;
  const { bins } = calibration;
  return chartSection(
    "calibration",
    "Calibration",
    `${calibrationText(calibration)} On the dashed line a probability of 80 % is right 80 % of the time; below it the ` +
      "model is too sure of itself.",
    calibrationChart(bins),
    {
      head: ["Confidence from", "to", "Pairs", "Mean confidence", "Accuracy"],
      rows: bins.map(({ low, high, count: pairs, confidence, accuracy }) => [
        percent(low),
        percent(high),
        count(pairs),
        percent(confidence),
        percent(accuracy),
      ]),
    },
  );
}

function calibrationText({ expectedCalibrationError, fit }: CalibrationSummary): string {
  const error = `Expected calibration error ${percent(expectedCalibrationError)} without a temperature.`;
  if ("reason" in fit) return `${error} No temperature was fitted: ${fit.reason}.`;
  return (
    `${error} A temperature of ${decimal(fit.temperature)}, fitted on ${count(fit.fittedPairs)} pairs, gives ` +
    `${percent(fit.after.expectedCalibrationError)} instead of ${percent(fit.before.expectedCalibrationError)} on the ` +
    `${count(fit.heldOutPairs)} pairs kept back.`
  );
}

export async function uncertaintySection({ benchmark, uncertainty }: EvalSummary): Promise<Markup> {
  if (uncertainty.length === 0) return html``;
  const unit = BENCHMARKS[benchmark].comparedUnit;
  return chartSection(
    "uncertainty",
    "Accuracy against uncertainty",
    `Accuracy of the ${unit} that remain when the most uncertain ones are left out. A line that rises shows that the ` +
      "predicted standard deviation knows where the model errs.",
    uncertaintyChart(uncertainty, unit),
    {
      head: ["Left out", capitalised(unit), "Accuracy", "Largest std of a margin"],
      rows: uncertainty.map(({ leftOut, pairs, accuracy, maxStd }) => [
        percent(leftOut),
        count(pairs),
        percent(accuracy),
        decimal(maxStd),
      ]),
    },
  );
}

export async function lengthSection({ benchmark, length }: EvalSummary): Promise<Markup> {
  if (length === null) return html``;
  return chartSection(
    "length",
    "Length bias",
    `Correlation of reward and length: ${decimal(length.correlation, 2)}. ${lengthText(length, BENCHMARKS[benchmark].comparedUnit)}`,
    lengthChart(length),
    {
      head: ["Chosen answer is", capitalised(BENCHMARKS[benchmark].comparedUnit), "Accuracy"],
      rows: [
        ["longer", count(length.chosenLonger), percent(length.accuracyChosenLonger)],
        ["shorter", count(length.chosenShorter), percent(length.accuracyChosenShorter)],
      ],
    },
  );
}

function lengthText(length: LengthBias, unit: ComparedUnit): string {
  const { chosenLonger, chosenShorter, accuracyChosenLonger, accuracyChosenShorter } = length;
  const longer = `where the chosen answer is the longer one (${count(chosenLonger)} ${unit})`;
  const shorter = `where it is the shorter one (${count(chosenShorter)} ${unit})`;
  if (chosenLonger === 0 || chosenShorter === 0) {
    return `Accuracy cannot be compared between ${unit} ${longer} and ${shorter}: there are too few.`;
  }
  return (
    `Accuracy is ${percent(accuracyChosenLonger)} ${longer} and ${percent(accuracyChosenShorter)} ${shorter}. A model that ` +
    "merely likes length is good at the first and bad at the second."
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
