import type { ScoredItem } from "../items/scored-item.js";
import type { Figures, FigureWeights } from "./figures.js";

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
  /** Independent units by stratum. */
  units(items: Iterable<ScoredItem>): Map<string, Unit[]>;
  figures(units: ReadonlyMap<string, readonly Unit[]>): Figures;
  /** By default all strata weigh the same. @param sizes units by stratum */
  weights?(sizes: ReadonlyMap<string, number>): FigureWeights;
  /** The section that a subset counts in, where it counts in one alone. */
  sectionOf?(subset: string): string | undefined;
  /** Why these units have no average, as a clause; asked only where they have none. */
  whyNoAverage?(units: ReadonlyMap<string, readonly Unit[]>): string;
}
