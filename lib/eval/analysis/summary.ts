import { comparedPairs } from "./compared-pairs.js";
import type { DecisivePair } from "./decisive-pair.js";
import { histogram, type HistogramBin } from "./histogram.js";
import { lengthBias, type LengthBias } from "./length-bias.js";
import { uncertaintyCurve, type UncertaintyPoint } from "./uncertainty-curve.js";
import type { AttributeMean } from "../items/attribute-means.js";
import type { Collected, RecordCounts } from "../items/collect.js";
import type { Benchmark } from "../metrics/benchmark.js";
import type { Measurement } from "../metrics/figures.js";
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
import type { Provenance } from "../provenance/provenance.js";
import type { RunComparison } from "./compare-runs.js";
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
  /** Records by section: all of them where every record counts in every section. */
  sectionCounts: Record<string, number>;
  published: PublishedRow | null;
  margins: HistogramBin[];
  /** Null where records are no plain pairs: a best of four has no Bradley-Terry probability. */
  calibration: CalibrationSummary | null;
  uncertainty: UncertaintyPoint[];
  length: LengthBias | null;
  attributes: AttributeMean[];
  /** Null without other scores to compare with. */
  comparison: RunComparison | null;
  provenance: Provenance;
}

const HISTOGRAM_BINS = 30;

/**
 * Computes every figure of a run from its scores.
 * @param given what is known of the run already
 */
export function summarise(
  subject: EvalSubject,
  benchmark: Benchmark,
  { items, counts, badRows, attributes }: Collected,
  {
    bootstrap,
    ...given
  }: Pick<EvalSummary, "comparison" | "provenance"> & { bootstrap?: BootstrapOptions | undefined },
): EvalSummary {
  const measurement = benchmark.measure(items, bootstrap);
  const pairs = (): Iterable<DecisivePair> => comparedPairs(benchmark, items);
  const margins: number[] = [];
  for (const { margin } of pairs()) margins.push(margin);
  return {
    ...subject,
    ...measurement,
    records: counts,
    badRows,
    counts: countsBy(items, (item) => benchmark.subsetOf(item)),
    sectionCounts: sectionCounts(benchmark, items, Object.keys(measurement.sections)),
    published: publishedRowOf(subject.benchmark, subject.model) ?? null,
    margins: histogram(margins, HISTOGRAM_BINS),
    calibration: margins.length > 0 && arePlainPairs(items) ? calibrationSummary(margins) : null,
    uncertainty: uncertaintyCurve(pairs()),
    length: lengthBias(pairs()) ?? null,
    attributes,
    ...given,
  };
}

/** Datasets name their subsets freely: a plain object would already hold something called "constructor". */
function countsBy(
  items: ScoredItems,
  nameOf: (item: ScoredItem) => string | undefined,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function sectionCounts(
  benchmark: Benchmark,
  items: ScoredItems,
  sections: readonly string[],
): Record<string, number> {
  const counts = countsBy(items, (item) => benchmark.sectionOf(benchmark.subsetOf(item)));
  return Object.fromEntries(sections.map((name) => [name, counts[name] ?? items.length]));
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
