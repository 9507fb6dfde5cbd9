import {
  bootstrapSamples,
  percentileInterval,
  type BootstrapOptions,
  type Interval,
} from "../stats/bootstrap.js";
import { effectiveUnits, wilsonInterval } from "../stats/wilson.js";
import type { BenchmarkRules } from "./benchmark-rules.js";
import type { Difference, FigureDifferences, Figures, FigureWeights, Measurement } from "./figures.js";

/** Figures of one set of scores, with all that intervals and differences are made of. */
export interface ResampledFigures extends Measurement {
  /** What every resample gave, in the order average, sections, subsets. */
  samples: readonly (readonly number[])[];
  /** Effective number of units of each, in that order. */
  units: readonly number[];
}

/** Computes every figure, and again for every resample. */
export function resampleFigures<Unit>(
  rules: BenchmarkRules<Unit>,
  units: ReadonlyMap<string, readonly Unit[]>,
  options?: BootstrapOptions,
): ResampledFigures {
  const figures = rules.figures(units);
  const samples = bootstrapSamples(units, (sample) => flatten(rules.figures(sample)), options);
  const sizes = new Map([...units].map(([stratum, members]) => [stratum, members.length]));
  const weights = rules.weights?.(sizes) ?? equalWeights(figures, sizes);
  const strata = [
    weights.average,
    ...Object.keys(figures.sections).map((name) => weights.sections[name] ?? new Map<string, number>()),
    ...Object.keys(figures.subsets).map((name) => new Map([[name, 1]])),
  ];
  const intervals = flatten(figures).map((value, index) =>
    intervalOf(value, weighted(strata[index] ?? new Map(), units), samples[index] ?? []),
  );
  const why = Number.isNaN(figures.average) ? rules.whyNoAverage?.(units) : undefined;
  return {
    ...figures,
    intervals: unflatten(figures, intervals),
    noAverageBecause: Number.isNaN(figures.average)
      ? (why ?? "there is no record that it could be of")
      : null,
    samples,
    units: strata.map((own) => effectiveUnits(weighted(own, units))),
  };
}

/** The first minus the second of two runs over the same units: resamples of one seed draw the same places, so they are paired. */
export function differencesOf(first: ResampledFigures, second: ResampledFigures): FigureDifferences {
  const theirs = flatten(second);
  const differences = flatten(first).map((value, index): Difference => {
    const others = second.samples[index] ?? [];
    const samples = (first.samples[index] ?? []).map(
      (figure, round) => figure - (others[round] ?? Number.NaN),
    );
    const [low, high] = percentileInterval(samples);
    const difference = value - (theirs[index] ?? Number.NaN);
    // Runs that never disagree here: as many disagreements as none of so many records leave plausible.
    const [, most] = low === high ? wilsonInterval(0, first.units[index] ?? 0) : [0, 0];
    // No share is more than 100 points away from another.
    const [least, largest] = [Math.min(-1, low), Math.max(1, high)];
    return { difference, interval: [Math.max(least, low - most), Math.min(largest, high + most)] };
  });
  return unflatten(first, differences);
}

/**
 * Wilson's interval for plain shares of records; for figures that are made of several the bootstrap's, or, where nothing varies, Wilson's
 * with the effective number of units.
 */
function intervalOf(value: number, strata: readonly WeightedStratum[], samples: readonly number[]): Interval {
  const arePlain = strata.length > 0 && strata.every(({ areOutcomes }) => areOutcomes);
  if (arePlain && isPooled(strata)) return wilsonInterval(value, effectiveUnits(strata));
  const [low, high] = percentileInterval(samples);
  if (low !== high || strata.length === 0) return [low, high];
  const [least, most] = wilsonInterval(Math.min(1, Math.max(0, value)), effectiveUnits(strata));
  return [Math.min(least, value), Math.max(most, value)];
}

interface WeightedStratum {
  weight: number;
  units: number;
  /** Whether each unit is right or wrong and nothing between. */
  areOutcomes: boolean;
}

function weighted<Unit>(
  strata: ReadonlyMap<string, number>,
  units: ReadonlyMap<string, readonly Unit[]>,
): WeightedStratum[] {
  return [...strata].map(([stratum, weight]) => {
    const members = units.get(stratum) ?? [];
    return { weight, units: members.length, areOutcomes: members.every((unit) => unit === 0 || unit === 1) };
  });
}

/** Whether every unit weighs the same, whatever stratum it is in. */
function isPooled(strata: readonly WeightedStratum[]): boolean {
  const shares = strata.map(({ weight, units }) => weight / units);
  return shares.every((share) => Math.abs(share - (shares[0] ?? 0)) < 1e-9);
}

function equalWeights({ sections }: Figures, sizes: ReadonlyMap<string, number>): FigureWeights {
  const equal = new Map([...sizes.keys()].map((stratum) => [stratum, 1 / sizes.size]));
  return { average: equal, sections: Object.fromEntries(Object.keys(sections).map((name) => [name, equal])) };
}

function flatten({ average, sections, subsets }: Figures): number[] {
  return [average, ...Object.values(sections), ...Object.values(subsets)];
}

/** Every resample keeps all strata, so names and order are those of the figures. */
function unflatten<T>(
  figures: Figures,
  values: readonly T[],
): { average: T; sections: Record<string, T>; subsets: Record<string, T> } {
  let place = 0;
  const next = (): T => values[place++] as T;
  const byName = (named: Readonly<Record<string, number>>): Record<string, T> =>
    Object.fromEntries(Object.keys(named).map((name) => [name, next()]));
  return { average: next(), sections: byName(figures.sections), subsets: byName(figures.subsets) };
}
