import { quantileSorted, sampleRankCorrelation, standardDeviation } from "simple-statistics";
import { bootstrapIntervals, type Interval } from "../stats/bootstrap.js";
import { kendallTauB } from "../stats/kendall-tau.js";
import { mcnemarTest } from "../stats/mcnemar.js";
import type { RecordRewards, TypeScores } from "./score-type.js";
import { meanOf } from "../stats/mean.js";

/** What one type does to the rewards of the reference type. */
export interface FidelityRow {
  type: string;
  /** Candidates that both types scored. */
  rewards: number;
  /** |reward − reference|. */
  difference: { mean: number; p99: number; max: number };
  /** Spearman rank correlation with the reference; null when either never changes. */
  rankCorrelation: number | null;
  /** Kendall's tau-b with the reference: rank correlation by pairs, so small changes of order weigh little. */
  kendallTau: number | null;
  /** Pairs of candidates to the same prompt. */
  pairs: number;
  /** Pairs in another order than the reference has them. */
  flips: number;
  /** Flips of pairs that the reference itself holds nearly equal. */
  nearTieFlips: number;
  /** Only with labelled pairs; over those that both types scored. */
  accuracy: FidelityAccuracy | null;
  recordsPerSecond: number;
  tokensPerSecond: number;
  sizeBytes: number;
}

/** Accuracy on labelled pairs, and its change against the reference on the same pairs. */
export interface FidelityAccuracy {
  pairs: number;
  value: number;
  change: number;
  /** 95 % bootstrap interval of the change. */
  interval: Interval;
  pValue: number;
}

/** A pair is a near-tie when its margin is below this share of the standard deviation of all margins of the reference. */
export const NEAR_TIE_SHARE = 0.1;

/** Compares a type with the reference, over the same records in the same order. */
export function compareTypes(reference: TypeScores, other: TypeScores): FidelityRow {
  const [theirs, ours] = commonRewards(reference.records, other.records);
  const differences = ours.map((reward, index) => Math.abs(reward - (theirs[index] ?? Number.NaN)));
  differences.sort((a, b) => a - b);
  const correlation = ours.length < 2 ? Number.NaN : sampleRankCorrelation(theirs, ours);
  const tau = kendallTauB(theirs, ours);
  return {
    type: other.type,
    rewards: differences.length,
    difference: {
      mean: meanOf(differences),
      p99: differences.length === 0 ? Number.NaN : quantileSorted(differences, 0.99),
      max: differences.at(-1) ?? Number.NaN,
    },
    // Rounding can lift a perfect correlation above 1.
    rankCorrelation: Number.isFinite(correlation) ? Math.min(1, correlation) : null,
    kendallTau: Number.isFinite(tau) ? Math.min(1, tau) : null,
    ...countFlips(reference.records, other.records),
    accuracy: accuracyChange(reference.records, other.records),
    recordsPerSecond: other.records.length / other.seconds,
    tokensPerSecond: other.tokens / other.seconds,
    sizeBytes: other.sizeBytes,
  };
}

function commonRewards(
  reference: readonly RecordRewards[],
  other: readonly RecordRewards[],
): [reference: number[], other: number[]] {
  const theirs: number[] = [];
  const ours: number[] = [];
  reference.forEach(({ rewards }, record) => {
    rewards.forEach((reward, index) => {
      const counterpart = other[record]?.rewards[index] ?? Number.NaN;
      if (Number.isNaN(reward) || Number.isNaN(counterpart)) return;
      theirs.push(reward);
      ours.push(counterpart);
    });
  });
  return [theirs, ours];
}

function countFlips(
  reference: readonly RecordRewards[],
  other: readonly RecordRewards[],
): Pick<FidelityRow, "pairs" | "flips" | "nearTieFlips"> {
  const margins = reference.flatMap(({ rewards }, record) =>
    marginPairs(rewards, other[record]?.rewards ?? []),
  );
  const spread = margins.length === 0 ? 0 : standardDeviation(margins.map(([theirs]) => theirs));
  const flipped = margins.filter(([theirs, ours]) => Math.sign(theirs) !== Math.sign(ours));
  return {
    pairs: margins.length,
    flips: flipped.length,
    nearTieFlips: flipped.filter(([theirs]) => Math.abs(theirs) <= NEAR_TIE_SHARE * spread).length,
  };
}

/** Margins of every two candidates of one record, in both types. */
function marginPairs(reference: readonly number[], other: readonly number[]): [number, number][] {
  const margins: [number, number][] = [];
  for (let first = 0; first < reference.length; first++) {
    for (let second = first + 1; second < reference.length; second++) {
      const theirs = (reference[first] ?? Number.NaN) - (reference[second] ?? Number.NaN);
      const ours = (other[first] ?? Number.NaN) - (other[second] ?? Number.NaN);
      if (!Number.isNaN(theirs) && !Number.isNaN(ours)) margins.push([theirs, ours]);
    }
  }
  return margins;
}

function accuracyChange(
  reference: readonly RecordRewards[],
  other: readonly RecordRewards[],
): FidelityAccuracy | null {
  const outcomes = reference.flatMap(({ rewards, isLabelledPair }, record) =>
    isLabelledPair && isScored(rewards) && isScored(other[record]?.rewards)
      ? [{ before: isRight(rewards), after: isRight(other[record]?.rewards ?? []) }]
      : [],
  );
  if (outcomes.length === 0) return null;
  const change = (sample: readonly { before: boolean; after: boolean }[]): number =>
    sample.reduce((sum, { before, after }) => sum + Number(after) - Number(before), 0) / sample.length;
  const [interval = [Number.NaN, Number.NaN]] = bootstrapIntervals(
    new Map([["pairs", outcomes]]),
    (sample) => [change(sample.get("pairs") ?? [])],
  );
  return {
    pairs: outcomes.length,
    value: outcomes.filter(({ after }) => after).length / outcomes.length,
    change: change(outcomes),
    interval,
    pValue: mcnemarTest(
      outcomes.map(({ before }) => before),
      outcomes.map(({ after }) => after),
    ).pValue,
  };
}

function isScored(rewards: readonly number[] = [Number.NaN]): boolean {
  return !rewards.some(Number.isNaN);
}

function isRight([chosen = Number.NaN, rejected = Number.NaN]: readonly number[]): boolean {
  return chosen > rejected;
}
