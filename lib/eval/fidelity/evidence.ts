import { binomialUpperBound, trialsNeeded } from "../stats/binomial.js";
import type { Interval } from "../stats/bootstrap.js";

/** A safe type turns the order of no more records around, near-ties apart. */
export const MAX_FLIP_SHARE = 0.01;
/** With so much confidence. */
const CONFIDENCE = 0.95;
/** A safe type may cost this accuracy at most, at the pessimistic end of the interval. */
const MAX_ACCURACY_LOSS = 0.01;

/** How far these records can be trusted about a type's flips. */
export interface Evidence {
  /**
   * The largest share of records of which the type turns a pair around, near-ties apart, that these records leave plausible: 95 %, exact
   * binomial, one-sided. 1 without records of several candidates.
   */
  flipBound: number;
  /** So many records of several candidates bring that down to 1 %, if no more of them flip than did. */
  recordsNeeded: number;
  /** Whether the type gives the same judgements as the reference, as far as these records show. */
  isSafe: boolean;
}

/** What a type's flips and accuracy on some records say of others. */
export function evidenceOf({
  records,
  flippedRecords,
  accuracy,
}: {
  records: number;
  flippedRecords: number;
  accuracy: { interval: Interval } | null;
}): Evidence {
  const flipBound = binomialUpperBound(flippedRecords, records, CONFIDENCE);
  const losesAccuracy = accuracy !== null && accuracy.interval[0] < -MAX_ACCURACY_LOSS;
  return {
    flipBound,
    recordsNeeded: trialsNeeded(flippedRecords, MAX_FLIP_SHARE, CONFIDENCE),
    isSafe: flipBound <= MAX_FLIP_SHARE && !losesAccuracy,
  };
}
