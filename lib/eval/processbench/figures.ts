import { pushTo } from "../metrics/benchmark.js";
import { bootstrapIntervals, type BootstrapOptions, type Interval } from "../stats/bootstrap.js";
import { meanOf } from "../stats/mean.js";
import { wilsonInterval } from "../stats/wilson.js";

/** What a model said of one solution. */
export interface JudgedItem {
  subset: string;
  /** Index of the first wrong step, −1 for none. */
  label: number;
  /** The same by the model; undefined where it could not be scored, which counts as wrong. */
  prediction: number | undefined;
}

/** Accuracies of one subset, between 0 and 1. */
export interface ProcessFigures {
  /** Share of the wrong solutions whose first wrong step was found; null without such solutions. */
  error: number | null;
  /** Share of the right solutions in which no step was found wrong; null without such solutions. */
  correct: number | null;
  /** Harmonic mean of both; null where one of them is. */
  f1: number | null;
  errorCount: number;
  correctCount: number;
}

/** Where the first wrong step of wrong solutions was seen, in numbers of solutions. */
export interface ErrorPlaces {
  early: number;
  exact: number;
  late: number;
  missed: number;
  unscored: number;
}

/** All figures of ProcessBench. */
export interface ProcessMeasurement {
  /** Mean of the subsets' F1; null where none has one. */
  average: number | null;
  subsets: Record<string, ProcessFigures>;
  places: ErrorPlaces;
  /** 95 %, by bootstrap; where nothing varies, by Wilson's intervals of both accuracies. */
  intervals: { average: Interval; f1: Record<string, Interval> };
  /** Why there is no average, as a clause; null where there is one. */
  noAverageBecause: string | null;
}

/** Steps below this probability of being right count as wrong. */
export const DEFAULT_THRESHOLD = 0.5;

/** The first step below the threshold, −1 where there is none. */
export function predictFirstError(rewards: readonly number[], threshold: number): number {
  return rewards.findIndex((reward) => reward < threshold);
}

/**
 * F1 by subset and their mean. Source: QwenLM/ProcessBench code/run_eval_prm_trl.py at 04d347e (accuracies over solutions with and without
 * an error, `2ab / (a + b)`, plain mean over the subsets); arXiv 2412.06559, section 3.
 */
export function measureProcess(
  items: Iterable<JudgedItem>,
  options: BootstrapOptions = {},
): ProcessMeasurement {
  const units = new Map<string, number[]>();
  const subsets = new Set<string>();
  const places: ErrorPlaces = { early: 0, exact: 0, late: 0, missed: 0, unscored: 0 };
  for (const { subset, label, prediction } of items) {
    subsets.add(subset);
    pushTo(units, stratum(subset, label >= 0), prediction === label ? 1 : 0);
    if (label >= 0) places[placeOf(label, prediction)]++;
  }
  const names = [...subsets];
  const f1s = (sample: ReadonlyMap<string, readonly number[]>): number[] =>
    names.map((subset) => figuresOf(sample, subset).f1 ?? NaN);
  const [average = NOTHING, ...f1] = bootstrapIntervals(
    units,
    (sample) => {
      const values = f1s(sample);
      return [averageOf(values), ...values];
    },
    options,
  );
  const byName = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(values.map((value, index) => [names[index] ?? "", value]));
  const mean = averageOf(f1s(units));
  const figures = names.map((subset) => figuresOf(units, subset));
  const widened = figures.map((own, index) => withWidth(f1[index] ?? NOTHING, own));
  return {
    average: Number.isNaN(mean) ? null : mean,
    subsets: byName(figures),
    places,
    intervals: {
      average: average[0] === average[1] ? meanInterval(widened) : average,
      f1: byName(widened),
    },
    noAverageBecause: Number.isNaN(mean)
      ? `no subset has both right and wrong solutions, of which F1 is made (${figures.reduce((sum, { errorCount }) => sum + errorCount, 0)} ` +
        `wrong, ${figures.reduce((sum, { correctCount }) => sum + correctCount, 0)} right)`
      : null,
  };
}

const NOTHING: Interval = [NaN, NaN];

/** A bootstrap of solutions that are all judged alike has no width. */
function withWidth(
  interval: Interval,
  { error, correct, errorCount, correctCount }: ProcessFigures,
): Interval {
  if (interval[0] !== interval[1] || error === null || correct === null) return interval;
  const [a, b] = [wilsonInterval(error, errorCount), wilsonInterval(correct, correctCount)];
  return [harmonicMean(a[0], b[0]) ?? NaN, harmonicMean(a[1], b[1]) ?? NaN];
}

/** Too wide rather than too narrow: as if all subsets erred to the same side. */
function meanInterval(intervals: readonly Interval[]): Interval {
  const known = intervals.filter(([low]) => !Number.isNaN(low));
  return [meanOf(known.map(([low]) => low)), meanOf(known.map(([, high]) => high))];
}

function averageOf(f1s: readonly number[]): number {
  return meanOf(f1s.filter((value) => !Number.isNaN(value)));
}

function figuresOf(units: ReadonlyMap<string, readonly number[]>, subset: string): ProcessFigures {
  const wrong = units.get(stratum(subset, true)) ?? [];
  const right = units.get(stratum(subset, false)) ?? [];
  const error = wrong.length === 0 ? null : meanOf(wrong);
  const correct = right.length === 0 ? null : meanOf(right);
  return {
    error,
    correct,
    f1: harmonicMean(error, correct),
    errorCount: wrong.length,
    correctCount: right.length,
  };
}

/** 0 of two zeros, of which the original makes NaN. */
function harmonicMean(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}

function stratum(subset: string, isWrong: boolean): string {
  return `${isWrong ? "wrong" : "right"} ${subset}`;
}

function placeOf(label: number, prediction: number | undefined): keyof ErrorPlaces {
  if (prediction === undefined) return "unscored";
  if (prediction < 0) return "missed";
  if (prediction === label) return "exact";
  return prediction < label ? "early" : "late";
}
