import { standardDeviation } from "simple-statistics";
import type { RecordRewards } from "./score-type.js";

/** Pairs that the reference holds about so far apart, and how many of them another type turns around. */
export interface MarginBand {
  /** Margins below this, in standard deviations of the rewards, down to the band before; null: no limit. */
  below: number | null;
  pairs: number;
  flips: number;
}

/** What a type does to the order of candidates. */
export interface FlipCounts {
  /** Pairs of candidates to the same prompt. */
  pairs: number;
  /** Pairs in another order than the reference has them. */
  flips: number;
  /** Flips of pairs that the reference itself holds nearly equal. */
  nearTieFlips: number;
  /** Pairs by the reference's margin. Empty where the rewards have no standard deviation. */
  flipsByMargin: MarginBand[];
  /** The reference's margin of the most certain pair that flips, in standard deviations of the rewards; null where none does. */
  largestFlipMargin: number | null;
  /** Records with at least two candidates: what a statement about flips rests on, since pairs of one record depend on each other. */
  records: number;
  /** Records of which a pair flips that is no near-tie. */
  flippedRecords: number;
}

/** A pair is a near-tie when its margin is below this share of the standard deviation of all margins of the reference. */
export const NEAR_TIE_SHARE = 0.1;

/** Upper ends of the bands of margins, in standard deviations of the rewards. */
const BANDS = [0.02, 0.05, 0.1, 0.25, 0.5, null];

/** @param spread standard deviation of the reference's rewards, or null where there is none */
export function countFlips(
  reference: readonly RecordRewards[],
  other: readonly RecordRewards[],
  spread: number | null,
): FlipCounts {
  const byRecord = reference
    .map(({ rewards }, record) => marginPairs(rewards, other[record]?.rewards ?? []))
    .filter((margins) => margins.length > 0);
  const margins = byRecord.flat();
  const marginSpread = margins.length === 0 ? 0 : standardDeviation(margins.map(([theirs]) => theirs));
  const isNearTie = ([theirs]: MarginPair): boolean => Math.abs(theirs) <= NEAR_TIE_SHARE * marginSpread;
  const flipped = margins.filter(isFlip);
  return {
    pairs: margins.length,
    flips: flipped.length,
    nearTieFlips: flipped.filter(isNearTie).length,
    flipsByMargin: spread === null ? [] : bandsOf(margins, spread),
    largestFlipMargin:
      spread === null || flipped.length === 0
        ? null
        : flipped.reduce((most, [theirs]) => Math.max(most, Math.abs(theirs)), 0) / spread,
    records: byRecord.length,
    flippedRecords: byRecord.filter((record) => record.some((pair) => isFlip(pair) && !isNearTie(pair)))
      .length,
  };
}

type MarginPair = [reference: number, other: number];

function isFlip([theirs, ours]: MarginPair): boolean {
  return Math.sign(theirs) !== Math.sign(ours);
}

function bandsOf(margins: readonly MarginPair[], spread: number): MarginBand[] {
  return BANDS.map((below, index) => {
    const from = BANDS[index - 1] ?? 0;
    const within = margins.filter(([theirs]) => {
      const margin = Math.abs(theirs) / spread;
      return margin >= from && (below === null || margin < below);
    });
    return { below, pairs: within.length, flips: within.filter(isFlip).length };
  });
}

/** Margins of every two candidates of one record, in both types. */
function marginPairs(reference: readonly number[], other: readonly number[]): MarginPair[] {
  const margins: MarginPair[] = [];
  for (let first = 0; first < reference.length; first++) {
    for (let second = first + 1; second < reference.length; second++) {
      const theirs = (reference[first] ?? Number.NaN) - (reference[second] ?? Number.NaN);
      const ours = (other[first] ?? Number.NaN) - (other[second] ?? Number.NaN);
      if (!Number.isNaN(theirs) && !Number.isNaN(ours)) margins.push([theirs, ours]);
    }
  }
  return margins;
}
