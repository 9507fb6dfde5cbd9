import { problemOf, rewardOf, type FileRun } from "./file-run.js";

/** What a run amounts to so far. */
export interface RunSummary {
  scored: number;
  failed: number;
  /** Of the margins where there are pairs, else of the rewards: the two are different quantities. */
  mean: number | undefined;
  /** Share of pairs whose chosen answer got the higher reward; a tie counts as wrong. */
  pairAccuracy: number | undefined;
  /** What the mean is of, by bin, for the histogram. */
  bins: { from: number; to: number; count: number }[];
}

const BIN_COUNT = 24;

export function summarize(run: FileRun): RunSummary {
  const rewards: number[] = [];
  const margins: number[] = [];
  let failed = 0;
  for (const row of run.rows.slice(0, run.doneRows)) {
    const value = rewardOf(row);
    if (problemOf(row) !== undefined) failed += 1;
    if (value === undefined) continue;
    (row.record.kind === "pair" ? margins : rewards).push(value);
  }
  const values = margins.length > 0 ? margins : rewards;
  return {
    scored: rewards.length + margins.length,
    failed,
    mean: values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length,
    pairAccuracy:
      margins.length === 0 ? undefined : margins.filter((margin) => margin > 0).length / margins.length,
    bins: histogram(values),
  };
}

function histogram(values: readonly number[]): RunSummary["bins"] {
  if (values.length === 0) return [];
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const width = (max - min || 1) / BIN_COUNT;
  const bins = Array.from({ length: BIN_COUNT }, (_, index) => ({
    from: min + index * width,
    to: min + (index + 1) * width,
    count: 0,
  }));
  for (const value of values) {
    const bin = bins[Math.min(BIN_COUNT - 1, Math.floor((value - min) / width))];
    if (bin !== undefined) bin.count += 1;
  }
  return bins;
}
