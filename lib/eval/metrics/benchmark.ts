import type { ScoredItem } from "../items/scored-item.js";
import { bootstrapIntervals, type BootstrapOptions, type Interval } from "../stats/bootstrap.js";
import { meanOf } from "../stats/mean.js";
import { wilsonInterval } from "../stats/wilson.js";

/** Results of a benchmark, all between 0 and 1 (RewardBench 2's ties can reach 1.01). Absent parts are left out. */
export interface Figures {
  /** By subset, as the dataset names them. */
  subsets: Record<string, number>;
  /** By section: what the benchmark's leaderboard shows. */
  sections: Record<string, number>;
  average: number;
}

/** What one of the pairs by which a benchmark judges stands for, in words. */
export type ComparedUnit = "records" | "comparisons";

/** Which data a benchmark reads. */
export interface BenchmarkInput {
  /** Names of the layouts. */
  readonly layouts: readonly string[];
  /** By default all. */
  readonly subsets?: readonly string[];
  /** The split that its dataset publishes for it. */
  readonly split?: string;
}

/**
 * How one benchmark turns rewards into figures, in two steps so that the bootstrap can repeat the second: records become
 * independent units (grouped in strata, usually subsets), units become figures.
 */
export interface BenchmarkRules<Unit> {
  /** As the command line spells it. */
  readonly name: string;
  readonly title: string;
  readonly input: BenchmarkInput;
  /** Whether each comparison within a record counts for itself. By default records count. */
  readonly comparedUnit?: ComparedUnit;
  /** The subset of the figures that a record counts in. By default its own. */
  subsetOf?(item: ScoredItem): string;
  /** The subsets that a section is made of. By default all. */
  subsetsOf?(section: string): readonly string[];
  /** Independent units by stratum. */
  units(items: Iterable<ScoredItem>): Map<string, Unit[]>;
  figures(units: ReadonlyMap<string, readonly Unit[]>): Figures;
}

/**
 * Figures of one set of scores, with 95 % intervals: by bootstrap, and by Wilson where all units agree, since resampling what is
 * alike shows nothing.
 */
export interface Measurement extends Figures {
  intervals: { average: Interval; sections: Record<string, Interval>; subsets: Record<string, Interval> };
}

/** One benchmark, its units hidden. */
export interface Benchmark {
  /** As the command line spells it. */
  readonly name: string;
  readonly title: string;
  readonly input: BenchmarkInput;
  readonly comparedUnit: ComparedUnit;
  /** The subset of the figures that a record counts in. */
  subsetOf(item: ScoredItem): string;
  /** Whether a subset counts in a section. */
  isPartOf(subset: string, section: string): boolean;
  /** The figures of these scores. */
  measure(items: Iterable<ScoredItem>, options?: BootstrapOptions): Measurement;
}

/** Makes a benchmark of its rules. */
export function defineBenchmark<Unit>(rules: BenchmarkRules<Unit>): Benchmark {
  const isPartOf = (subset: string, section: string): boolean =>
    rules.subsetsOf?.(section).includes(subset) ?? true;
  return {
    name: rules.name,
    title: rules.title,
    input: rules.input,
    comparedUnit: rules.comparedUnit ?? "records",
    subsetOf: (item) => rules.subsetOf?.(item) ?? item.subset,
    isPartOf,
    measure(items, options) {
      const units = rules.units(items);
      const intervals = bootstrapIntervals(units, (sample) => flatten(rules.figures(sample)), options);
      const figures = rules.figures(units);
      const countOf = (isCounted: (subset: string) => boolean): number =>
        [...units].reduce((sum, [subset, members]) => sum + (isCounted(subset) ? members.length : 0), 0);
      const counts = [
        countOf(() => true),
        ...Object.keys(figures.sections).map((section) => countOf((subset) => isPartOf(subset, section))),
        ...Object.keys(figures.subsets).map((name) => units.get(name)?.length ?? 0),
      ];
      const values = flatten(figures);
      const widened = intervals.map((interval, index) => widen(interval, values[index], counts[index]));
      return { ...figures, intervals: unflatten(figures, widened) };
    },
  };
}

/** An interval without a width at 0 or 1 is Wilson's: all units agree there, and few of them prove little. */
function widen(interval: Interval, value: number | undefined, units = 0): Interval {
  const isExtreme = (value === 0 || value === 1) && interval[0] === value && interval[1] === value;
  return isExtreme && units > 0 ? wilsonInterval(value, units) : interval;
}

function flatten({ average, sections, subsets }: Figures): number[] {
  return [average, ...Object.values(sections), ...Object.values(subsets)];
}

/** Every resample keeps all strata, so names and order are those of the figures. */
function unflatten(figures: Figures, intervals: readonly Interval[]): Measurement["intervals"] {
  const queue = [...intervals];
  const next = (): Interval => queue.shift() ?? [Number.NaN, Number.NaN];
  const byName = (values: Record<string, number>): Record<string, Interval> =>
    Object.fromEntries(Object.keys(values).map((name) => [name, next()]));
  return { average: next(), sections: byName(figures.sections), subsets: byName(figures.subsets) };
}

/** Puts a value under its key. */
export function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Means by key. */
export function meansByKey(groups: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries([...groups].map(([key, values]) => [key, meanOf(values)]));
}
