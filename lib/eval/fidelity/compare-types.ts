import { quantileSorted, sampleRankCorrelation, standardDeviation } from "simple-statistics";
import { bootstrapIntervals, type Interval } from "../stats/bootstrap.js";
import { kendallTauB } from "../stats/kendall-tau.js";
import { mcnemarTest } from "../stats/mcnemar.js";
import { countFlips, type FlipCounts } from "./count-flips.js";
import { evidenceOf, type Evidence } from "./evidence.js";
import type { RecordRewards, TypeScores } from "./score-type.js";
import type { SelfDifference } from "./self-difference.js";
import { meanOf } from "../stats/mean.js";

/** Errors of rewards, without sign. */
export interface Differences {
  mean: number;
  p99: number;
  max: number;
}

/** What one type does to the rewards of the reference type. */
export interface FidelityRow extends FlipCounts, Evidence {
  type: string;
  /** Whether this is what the others are measured against. */
  isReference: boolean;
  /** How its backbone was run: who computed, and with which cache. */
  settings: string;
  /** SHA-256 over what its rewards depend on. */
  fingerprint: string;
  /** Candidates that both types scored. */
  rewards: number;
  /** |reward − reference|. */
  difference: Differences;
  /** The same in standard deviations of the reference's rewards; null where they have none. */
  differenceInStds: Differences | null;
  /** What the type is off from itself where a conversation is scored alone, or among others in another order; as above. */
  itselfInStds: SelfDifference | null;
  /** Spearman rank correlation with the reference; null when either never changes. */
  rankCorrelation: number | null;
  /** Kendall's tau-b with the reference: rank correlation by pairs, so small changes of order weigh little. */
  kendallTau: number | null;
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

/** Compares a type with the reference, over the same records in the same order. */
export function compareTypes(reference: TypeScores, other: TypeScores): FidelityRow {
  const [theirs, ours] = commonRewards(reference.records, other.records);
  const differences = ours.map((reward, index) => Math.abs(reward - (theirs[index] ?? Number.NaN)));
  differences.sort((a, b) => a - b);
  const spread = spreadOf(reference.records);
  const difference = errorsOf(differences);
  const correlation = ours.length < 2 ? Number.NaN : sampleRankCorrelation(theirs, ours);
  const tau = kendallTauB(theirs, ours);
  const flips = countFlips(reference.records, other.records, spread);
  const accuracy = accuracyChange(reference.records, other.records);
  return {
    type: other.type,
    isReference: other === reference,
    settings: other.settings,
    fingerprint: other.fingerprint,
    rewards: differences.length,
    difference,
    differenceInStds: spread === null ? null : inStds(difference, spread),
    itselfInStds:
      spread === null
        ? null
        : {
            conversations: other.itself.conversations,
            alone: other.itself.alone / spread,
            shuffled: other.itself.shuffled / spread,
          },
    // Rounding can lift a perfect correlation above 1.
    rankCorrelation: Number.isFinite(correlation) ? Math.min(1, correlation) : null,
    kendallTau: Number.isFinite(tau) ? Math.min(1, tau) : null,
    ...flips,
    ...evidenceOf({ ...flips, accuracy }),
    accuracy,
    recordsPerSecond: other.records.length / other.seconds,
    tokensPerSecond: other.tokens / other.seconds,
    sizeBytes: other.sizeBytes,
  };
}

/** Standard deviation of a type's rewards; null where there is none to measure errors in. */
export function spreadOf(records: readonly RecordRewards[]): number | null {
  const rewards = records.flatMap((record) => record.rewards).filter((reward) => !Number.isNaN(reward));
  const spread = rewards.length < 2 ? 0 : standardDeviation(rewards);
  return spread > 0 ? spread : null;
}

/** @param differences ascending */
function errorsOf(differences: readonly number[]): Differences {
  return {
    mean: meanOf(differences),
    p99: differences.length === 0 ? Number.NaN : quantileSorted([...differences], 0.99),
    max: differences.at(-1) ?? Number.NaN,
  };
}

function inStds({ mean, p99, max }: Differences, spread: number): Differences {
  return { mean: mean / spread, p99: p99 / spread, max: max / spread };
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
