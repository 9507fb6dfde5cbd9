import type { ScoredItem } from "../items/scored-item.js";
import type { BootstrapOptions } from "../stats/bootstrap.js";
import { meanOf } from "../stats/mean.js";
import { requireValue, without } from "../../util/collections.js";
import type { BenchmarkInput, BenchmarkRules, ComparedUnit } from "./benchmark-rules.js";
import { differencesOf, resampleFigures, type ResampledFigures } from "./figure-intervals.js";
import type { JointMeasurement, Measurement } from "./figures.js";

/** One benchmark, its units hidden. */
export interface Benchmark {
  /** As the command line spells it. */
  readonly name: string;
  readonly title: string;
  readonly input: BenchmarkInput;
  readonly comparedUnit: ComparedUnit;
  /** The subset of the figures that a record counts in. */
  subsetOf(item: ScoredItem): string;
  /** The section that a subset counts in, where it counts in one alone. */
  sectionOf(subset: string): string | undefined;
  /** The figures of these scores. */
  measure(items: Iterable<ScoredItem>, options?: BootstrapOptions): Measurement;
  /** The figures of several sets of scores of the same records in the same order, and how they differ. */
  measureJointly(runs: readonly Iterable<ScoredItem>[], options?: BootstrapOptions): JointMeasurement;
}

/** Makes a benchmark of its rules. */
export function defineBenchmark<Unit>(rules: BenchmarkRules<Unit>): Benchmark {
  const resampled = (items: Iterable<ScoredItem>, options?: BootstrapOptions): ResampledFigures =>
    resampleFigures(rules, rules.units(items), options);
  return {
    name: rules.name,
    title: rules.title,
    input: rules.input,
    comparedUnit: rules.comparedUnit ?? "records",
    subsetOf: (item) => rules.subsetOf?.(item) ?? item.subset,
    sectionOf: (subset) => rules.sectionOf?.(subset),
    measure: (items, options) => withoutSamples(resampled(items, options)),
    measureJointly(runs, options) {
      const all = runs.map((items) => resampled(items, options));
      return {
        measurements: all.map(withoutSamples),
        difference: (first, second) => differencesOf(requireValue(all, first), requireValue(all, second)),
      };
    },
  };
}

function withoutSamples(figures: ResampledFigures): Measurement {
  return without(figures, "samples", "units");
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
