import type { HistogramBin } from "../../analysis/histogram.js";
import type { LengthBias } from "../../analysis/length-bias.js";
import type { CalibrationSummary, EvalSummary } from "../../analysis/summary.js";
import type { ComparedUnit } from "../../metrics/benchmark-rules.js";
import { BENCHMARKS } from "../../metrics/index.js";
import { calibrationChart } from "../charts/calibration-chart.js";
import { lengthChart } from "../charts/length-chart.js";
import { marginChart } from "../charts/margin-chart.js";
import { uncertaintyChart } from "../charts/uncertainty-chart.js";
import { chartSection } from "../figures.js";
import { count, decimal, percent } from "../html/format.js";
import type { Section } from "../report-page.js";
import { counted, number, share, whole } from "../tables/cells.js";
import type { DataTable, TableCell } from "../tables/data-table.js";

/** Each of these draws one chart of the report, or nothing where the run has no such figures. */

export async function marginSection({ benchmark, margins }: EvalSummary): Promise<Section | null> {
  const unit = capitalised(BENCHMARKS[benchmark].comparedUnit);
  return marginFigure(
    margins,
    unit,
    `By how much the chosen answer wins. ${unit} left of the line are judged wrongly; a tall bar at the line means many ` +
      "near-ties, which rounding or quantization can flip." +
      (benchmark === "rm-bench"
        ? " A record has nine comparisons."
        : " Where a record has several answers, the closest pair counts."),
  );
}

/** Margins of whatever `unit` counts, with how to read them. */
export async function marginFigure(
  bins: readonly HistogramBin[],
  unit: string,
  caption: string,
): Promise<Section | null> {
  if (bins.length === 0) return null;
  return chartSection(
    { id: "margins", title: "Margins" },
    caption,
    marginChart(bins, unit),
    numbers(
      "margins",
      `${unit} by margin`,
      ["Margin from", "to", unit],
      bins,
      ({ low, high, count: members }) => [number(low), number(high), whole(members)],
    ),
  );
}

export async function calibrationSection({ calibration }: EvalSummary): Promise<Section | null> {
  if (calibration === null) return null;
  const { bins } = calibration;
  return chartSection(
    { id: "calibration", title: "Calibration" },
    `${calibrationText(calibration)} On the dashed line a probability of 80 % is right 80 % of the time; below it the ` +
      "model is too sure of itself.",
    calibrationChart(bins),
    numbers(
      "calibration",
      "Accuracy by confidence",
      ["Confidence from, %", "to, %", "Pairs", "Mean confidence, %", "Accuracy, %"],
      bins,
      ({ low, high, count: pairs, confidence, accuracy }) => [
        share(low),
        share(high),
        whole(pairs),
        share(confidence),
        share(accuracy),
      ],
    ),
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

export async function uncertaintySection({ benchmark, uncertainty }: EvalSummary): Promise<Section | null> {
  if (uncertainty.length === 0) return null;
  const unit = BENCHMARKS[benchmark].comparedUnit;
  return chartSection(
    { id: "uncertainty", title: "Accuracy against uncertainty" },
    `Accuracy of the ${unit} that remain when the most uncertain ones are left out. A line that rises shows that the ` +
      "predicted standard deviation knows where the model errs.",
    uncertaintyChart(uncertainty, unit),
    numbers(
      "uncertainty",
      "Accuracy without the most uncertain",
      ["Left out, %", capitalised(unit), "Accuracy, %", "Largest std of a margin"],
      uncertainty,
      ({ leftOut, pairs, accuracy, maxStd }) => [
        share(leftOut),
        whole(pairs),
        share(accuracy),
        number(maxStd),
      ],
    ),
  );
}

export async function lengthSection({ benchmark, length }: EvalSummary): Promise<Section | null> {
  if (length === null) return null;
  return chartSection(
    { id: "length", title: "Length bias" },
    `Correlation of reward and length: ${decimal(length.correlation, 2)}. ${lengthText(length, BENCHMARKS[benchmark].comparedUnit)}`,
    lengthChart(length),
    numbers(
      "length",
      "Accuracy by length of the chosen answer",
      ["Chosen answer is", capitalised(BENCHMARKS[benchmark].comparedUnit), "Accuracy, %"],
      [
        ["longer", length.chosenLonger, length.accuracyChosenLonger],
        ["shorter", length.chosenShorter, length.accuracyChosenShorter],
      ] as const,
      ([name, pairs, accuracy]) => [counted(name, pairs), whole(pairs), share(accuracy)],
    ),
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

function numbers<T>(
  id: string,
  title: string,
  head: readonly string[],
  values: readonly T[],
  cells: (value: T) => TableCell[],
): DataTable {
  const columns = head.map((name) => ({ title: name }));
  return {
    id,
    title,
    columns,
    groups: [{ name: "", rows: values.map((value) => ({ cells: cells(value) })) }],
  };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
