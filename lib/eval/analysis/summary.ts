import { comparedPairs } from "./compared-pairs.js";
import { decisivePairs, type DecisivePair } from "./decisive-pair.js";
import { histogram, type HistogramBin } from "./histogram.js";
import { lengthBias, type LengthBias } from "./length-bias.js";
import { uncertaintyCurve, type UncertaintyPoint } from "./uncertainty-curve.js";
import type { AttributeMean } from "../items/attribute-means.js";
import type { Collected, RecordCounts } from "../items/collect.js";
import type { Benchmark, Measurement } from "../metrics/benchmark.js";
import type { BenchmarkName } from "../metrics/names.js";
import { publishedRowOf, type PublishedRow } from "../metrics/published.js";
import type { ScoredItems } from "../items/score-table.js";
import type { ScoredItem } from "../items/scored-item.js";
import {
  calibrate,
  calibrationBins,
  expectedCalibrationError,
  MIN_CALIBRATION_PAIRS,
  type Calibration,
  type CalibrationBin,
} from "../stats/calibration.js";
import type { BootstrapOptions } from "../stats/bootstrap.js";
import { mcnemarTest, type McNemar } from "../stats/mcnemar.js";
import { InvalidArgumentError } from "../../errors.js";

/** What was evaluated. */
export interface EvalSubject {
  benchmark: BenchmarkName;
  /** Model name, or the name of the score file. */
  model: string;
  /** Backbone type; absent for scores of another tool. */
  type?: string;
  data: { path: string; layout: string; split?: string };
}

/** Comparison with another set of scores for the same records. */
export interface AgainstSummary {
  scores: string;
  /** Theirs, over the records in both. */
  average: number;
  /** Ours minus theirs, over the records in both. */
  difference: number;
  /** Records in both. */
  records: number;
  mcnemar: McNemar;
}

/** Calibration of the Bradley-Terry probabilities. */
export interface CalibrationSummary {
  expectedCalibrationError: number;
  bins: CalibrationBin[];
  /** The fitted temperature, or why there is none. */
  fit: Calibration | { reason: string };
}

/** `summary.json`: every figure of a run; the report shows the same numbers. */
export interface EvalSummary extends EvalSubject, Measurement {
  records: RecordCounts;
  badRows: Collected["badRows"];
  /** Records by subset. */
  counts: Record<string, number>;
  /** Records by section. */
  sectionCounts: Record<string, number>;
  published: PublishedRow | null;
  margins: HistogramBin[];
  /** Null where records are no plain pairs: a best of four has no Bradley-Terry probability. */
  calibration: CalibrationSummary | null;
  uncertainty: UncertaintyPoint[];
  length: LengthBias | null;
  attributes: AttributeMean[];
  /** The comparison with the first of the other scores. */
  against: AgainstSummary | null;
  /** The comparison with each of the other scores, in the order in which they were given. */
  comparisons: readonly AgainstSummary[];
}

const HISTOGRAM_BINS = 30;

/** Other scores of the same records, to compare with. */
export interface Against {
  scores: string;
  items: ScoredItems;
}

/**
 * Computes every figure of a run from its scores.
 * @throws InvalidArgumentError no record is in both this run and the scores to compare with
 */
export function summarise(
  subject: EvalSubject,
  benchmark: Benchmark,
  { items, counts, badRows, attributes }: Collected,
  {
    against = [],
    bootstrap,
  }: { against?: readonly Against[]; bootstrap?: BootstrapOptions | undefined } = {},
): EvalSummary {
  const measurement = benchmark.measure(items, bootstrap);
  const pairs = (): Iterable<DecisivePair> => comparedPairs(benchmark, items);
  const margins: number[] = [];
  for (const { margin } of pairs()) margins.push(margin);
  const countsOfSubsets = countsBySubset(benchmark, items);
  const comparisons = against.map((other) => compareWith(benchmark, items, other));
  return {
    ...subject,
    ...measurement,
    records: counts,
    badRows,
    counts: countsOfSubsets,
    sectionCounts: Object.fromEntries(
      Object.keys(measurement.sections).map((section) => [
        section,
        Object.entries(countsOfSubsets).reduce(
          (sum, [subset, count]) => sum + (benchmark.isPartOf(subset, section) ? count : 0),
          0,
        ),
      ]),
    ),
    published: publishedRowOf(subject.benchmark, subject.model) ?? null,
    margins: histogram(margins, HISTOGRAM_BINS),
    calibration: margins.length > 0 && arePlainPairs(items) ? calibrationSummary(margins) : null,
    uncertainty: uncertaintyCurve(pairs()),
    length: lengthBias(pairs()) ?? null,
    attributes,
    against: comparisons[0] ?? null,
    comparisons,
  };
}

/** Datasets name their subsets freely: a plain object would already hold something called "constructor". */
function countsBySubset(benchmark: Benchmark, items: ScoredItems): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const subset = benchmark.subsetOf(item);
    counts.set(subset, (counts.get(subset) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function arePlainPairs(items: ScoredItems): boolean {
  for (const { chosen, rejected } of items) {
    if (chosen.length !== 1 || rejected.length !== 1) return false;
  }
  return true;
}

function calibrationSummary(margins: readonly number[]): CalibrationSummary {
  const bins = calibrationBins(margins);
  return { expectedCalibrationError: expectedCalibrationError(bins), bins, fit: fitOrReason(margins) };
}

function fitOrReason(margins: readonly number[]): CalibrationSummary["fit"] {
  if (margins.length < MIN_CALIBRATION_PAIRS) return { reason: `fewer than ${MIN_CALIBRATION_PAIRS} pairs` };
  try {
    return calibrate(margins);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return { reason: asClause(error.message) };
    throw error;
  }
}

/** A sentence as part of another one. */
function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

/** Compares over the records that both have: other records may be harder or easier. */
function compareWith(benchmark: Benchmark, items: ScoredItems, against: Against): AgainstSummary {
  const theirs = new Map(rightByPosition(against.items));
  const common = new Set<number>();
  const first: boolean[] = [];
  const second: boolean[] = [];
  for (const [position, isRight] of rightByPosition(items)) {
    const isTheirsRight = theirs.get(position);
    if (isTheirsRight === undefined) continue;
    common.add(position);
    first.push(isRight);
    second.push(isTheirsRight);
  }
  if (common.size === 0) {
    throw new InvalidArgumentError(
      `${against.scores} has no score of a record that this run has. Scores are matched by id: check that --against belongs ` +
        "to the same data.",
    );
  }
  const averageOf = (scored: ScoredItems): number =>
    benchmark.measure(itemsAt(scored, common), { resamples: 0 }).average;
  const average = averageOf(against.items);
  return {
    scores: against.scores,
    average,
    difference: averageOf(items) - average,
    records: common.size,
    mcnemar: mcnemarTest(first, second),
  };
}

function* itemsAt(items: ScoredItems, positions: ReadonlySet<number>): Iterable<ScoredItem> {
  for (const item of items) if (positions.has(item.position)) yield item;
}

/** A record that could not be scored counts as wrong. */
function* rightByPosition(items: ScoredItems): Iterable<[position: number, isRight: boolean]> {
  for (const item of items) {
    const [pair] = decisivePairs([item]);
    yield [item.position, pair !== undefined && pair.margin > 0];
  }
}
