import { differenceVerdict, EVAL_FILES, isTooFew, type EvalSummary } from "../../eval/index.js";
import { printableLine } from "../terminal/printable.js";
import { styled } from "../terminal/style.js";
import { table } from "../terminal/table.js";

/** What `eval` says on the terminal. Some of it has weight. */
export function evalText(summary: EvalSummary, out: string, isColored: boolean): string {
  const {
    benchmark,
    average,
    sections,
    subsets,
    intervals,
    records,
    counts,
    sectionCounts,
    noAverageBecause,
  } = summary;
  const hasSections = Object.keys(sections).length > 0;
  const parts = hasSections ? sections : subsets;
  const partIntervals = hasSections ? intervals.sections : intervals.subsets;
  const partCounts = hasSections ? sectionCounts : counts;
  const row = (
    name: string,
    value: number,
    interval: readonly number[] | undefined,
    n: number | undefined,
  ): (string | number)[] => [
    name === "" ? "all" : name,
    percent(value),
    Number.isFinite(interval?.[0]) ? `${percent(interval?.[0])} to ${percent(interval?.[1])}` : "-",
    n ?? "",
    n !== undefined && isTooFew(n) ? "too few" : "",
  ];
  const files = [
    EVAL_FILES.summary,
    EVAL_FILES.report,
    ...(benchmark.startsWith("rewardbench") ? [EVAL_FILES.rewardBench] : []),
  ];
  const rows = [
    row("average", average, intervals.average, records.scored + records.failed),
    ...Object.entries(parts).map(([name, value]) => row(name, value, partIntervals[name], partCounts[name])),
  ];
  return [
    table([["", "percent", "95 % interval", "n", ""], ...rows], {
      style: (line, index) => styled(isColored && index < 2, index === 0 ? "faint" : "strong", line),
    }),
    ...(noAverageBecause === null ? [] : [printableLine(`There is no average: ${noAverageBecause}.`)]),
    `${records.scored} records scored, ${records.failed} not scored (they count as wrong), ${records.bad} unreadable, ` +
      `${records.missing} without a score.`,
    ...comparisonText(summary),
    printableLine(`Results in ${out}: ${files.join(", ")}.`),
  ].join("\n");
}

/** What `--save-calibration` did. */
export function calibrationText({ calibration }: EvalSummary, modelDir: string): string {
  const fit = calibration?.fit;
  if (fit === undefined || "reason" in fit) return "";
  return (
    `Saved in ${printableLine(modelDir)}: temperature ${fit.temperature.toPrecision(4)}, fitted on ${fit.fittedPairs} pairs. ` +
    "compare's probabilities go by it from now on."
  );
}

/** The result of `--against`: this run beside each of the others. */
function comparisonText({ comparison }: EvalSummary): string[] {
  if (comparison === null) return [];
  const own = comparison.differences.filter(({ first }) => first === 0);
  return [
    `Compared over the ${comparison.records} records that all runs have:`,
    ...own.map((difference) => printableLine(differenceVerdict(comparison, difference))),
  ];
}

function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? "-" : (100 * share).toFixed(1);
}
