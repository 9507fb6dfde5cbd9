import { EVAL_FILES, type AgainstSummary, type EvalSummary } from "../../eval/index.js";
import { styled } from "../terminal/style.js";
import { table } from "../terminal/table.js";

/** Fewer records than this say little, however narrow an interval looks. */
const ENOUGH_RECORDS = 30;
/** A difference that chance would bring more often is none to speak of. */
const SIGNIFICANT = 0.05;

/** What `eval` says on the terminal. Some of it has weight. */
export function evalText(summary: EvalSummary, out: string, isColored: boolean): string {
  const { benchmark, average, sections, subsets, intervals, records, counts, sectionCounts } = summary;
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
    n !== undefined && n < ENOUGH_RECORDS ? "too few" : "",
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
    ...(Number.isFinite(average) ? [] : [noAverage(summary)]),
    `${records.scored} records scored, ${records.failed} not scored (they count as wrong), ${records.bad} unreadable, ` +
      `${records.missing} without a score.`,
    ...summary.comparisons.map(againstText),
    `Results in ${out}: ${files.join(", ")}.`,
  ].join("\n");
}

/** What `--save-calibration` did. */
export function calibrationText({ calibration }: EvalSummary, modelDir: string): string {
  const fit = calibration?.fit;
  if (fit === undefined || "reason" in fit) return "";
  return (
    `Saved in ${modelDir}: temperature ${fit.temperature.toPrecision(4)}, fitted on ${fit.fittedPairs} pairs. ` +
    "compare's probabilities go by it from now on."
  );
}

/** The result of `--against`: how large the difference is, and whether it is one. */
function againstText({ scores, average, difference, records, mcnemar }: AgainstSummary): string {
  const { onlyFirst, onlySecond, pValue } = mcnemar;
  const points = (100 * difference).toFixed(1);
  const verdict =
    pValue >= SIGNIFICANT
      ? "too close to call"
      : difference > 0
        ? "this run is better"
        : "the other is better";
  return (
    `Against ${scores}: ${percent(average + difference)} here, ${percent(average)} there (${difference > 0 ? "+" : ""}${points}), ` +
    `${records} records in both; right only here ${onlyFirst}, only there ${onlySecond}: ${verdict} ` +
    `(McNemar p = ${pValue.toPrecision(2)}).`
  );
}

/** Why there is no average. */
function noAverage({ subsets, sections }: EvalSummary): string {
  const without = [...Object.entries(sections), ...Object.entries(subsets)].find(
    ([, value]) => !Number.isFinite(value),
  );
  if (without === undefined)
    return "There is no average: no scored record belongs to a section of this benchmark.";
  const reason =
    without[0] === "Ties"
      ? "none of its prompts has both its records (ref:n and tied:n) with a score"
      : "none of its records has a score";
  return `There is no average: ${without[0]} has no figure, since ${reason}. Score the whole benchmark.`;
}

function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? "-" : (100 * share).toFixed(1);
}
