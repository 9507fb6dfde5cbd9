import type { Interval } from "../stats/bootstrap.js";

/** Results of a benchmark, all between 0 and 1 (RewardBench 2's ties can reach 1.01). Absent parts are left out. */
export interface Figures {
  /** By subset, as the dataset names them. */
  subsets: Record<string, number>;
  /** By section: what the benchmark's leaderboard shows. */
  sections: Record<string, number>;
  average: number;
}

/** How much each stratum counts in the figures that are made of several. */
export interface FigureWeights {
  average: ReadonlyMap<string, number>;
  sections: Readonly<Record<string, ReadonlyMap<string, number>>>;
}

/**
 * Figures of one set of scores, with 95 % intervals: Wilson's where a figure is a plain share of records, else a bootstrap's, or
 * Wilson's with an effective number of records where nothing varies.
 */
export interface Measurement extends Figures {
  intervals: { average: Interval; sections: Record<string, Interval>; subsets: Record<string, Interval> };
  /** Why `average` is NaN, as a clause; null where it is a number. */
  noAverageBecause: string | null;
}

/** By how much a figure of one run is larger than that of another. */
export interface Difference {
  difference: number;
  /** 95 %, by a bootstrap that draws the same records for both. */
  interval: Interval;
}

/** Every figure of one run minus that of another. */
export interface FigureDifferences {
  average: Difference;
  sections: Record<string, Difference>;
  subsets: Record<string, Difference>;
}

/** Runs over the same records. */
export interface JointMeasurement {
  measurements: Measurement[];
  /** By their places: the first minus the second. */
  difference(first: number, second: number): FigureDifferences;
}
