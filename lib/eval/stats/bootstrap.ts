import { quantileSorted } from "simple-statistics";
import { seededDraw, type DrawIndex } from "./random.js";

/** Lower and upper end of a 95 % interval. */
export type Interval = readonly [low: number, high: number];

/** How confidence intervals are resampled. */
export interface BootstrapOptions {
  /** How often to resample; default 1000. */
  resamples?: number;
  /** The same seed gives the same intervals; default 1. */
  seed?: number;
}

/** Ends of a 95 % interval. */
const QUANTILES = [0.025, 0.975] as const;
const DEFAULT_RESAMPLES = 1000;

/**
 * Percentile bootstrap, stratified: every resample draws each stratum's units with replacement, as many as there are, and
 * computes all figures anew. Where all units of a stratum agree its own interval has no width: see `wilsonInterval`.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
 * By hand: simple-statistics resamples one list, not strata.
 * @param figures gives the same number of figures in the same order every time; must not keep the sample
 * @returns one interval for each figure
 * @example
 * ```ts
 * import { bootstrapIntervals } from "llama-reward/eval";
 *
 * const isRight = new Map([["subset", [1, 1, 0, 1, 1, 0, 1, 1]]]);
 * const mean = (sample: ReadonlyMap<string, readonly number[]>) => {
 *   const units = sample.get("subset") ?? [];
 *   return [units.reduce((sum, unit) => sum + unit, 0) / units.length];
 * };
 * console.log(bootstrapIntervals(isRight, mean, { seed: 1 })); // [[low, high]]
 * ```
 */
export function bootstrapIntervals<Unit>(
  units: ReadonlyMap<string, readonly Unit[]>,
  figures: (sample: ReadonlyMap<string, readonly Unit[]>) => readonly number[],
  options?: BootstrapOptions,
): Interval[] {
  return bootstrapSamples(units, figures, options).map(percentileInterval);
}

/**
 * What every resample gives, figure by figure. The same seed draws the same places: of several scorers of the same units, figures of one
 * resample belong together, and their differences are those of a paired bootstrap.
 */
export function bootstrapSamples<Unit>(
  units: ReadonlyMap<string, readonly Unit[]>,
  figures: (sample: ReadonlyMap<string, readonly Unit[]>) => readonly number[],
  { resamples = DEFAULT_RESAMPLES, seed = 1 }: BootstrapOptions = {},
): number[][] {
  const draw = seededDraw(seed);
  const samples: number[][] = [];
  // Every round fills the same lists: with many units, new ones would be most of the memory of a run.
  const sample = new Map([...units].map(([stratum, members]) => [stratum, [...members]]));
  for (let round = 0; round < resamples; round++) {
    for (const [stratum, drawn] of sample) resample(units.get(stratum) ?? [], drawn, draw);
    figures(sample).forEach((figure, index) => {
      (samples[index] ??= []).push(figure);
    });
  }
  return samples;
}

function resample<Unit>(members: readonly Unit[], drawn: Unit[], draw: DrawIndex): void {
  const count = members.length;
  for (let index = 0; index < count; index++) drawn[index] = members[draw(count)] as Unit;
}

/** The middle 95 % of what the resamples gave. */
export function percentileInterval(values: readonly number[]): Interval {
  // A resample without a single complete prompt has no ties score; it says nothing about the interval.
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return [Number.NaN, Number.NaN];
  return [quantileSorted(sorted, QUANTILES[0]), quantileSorted(sorted, QUANTILES[1])];
}
