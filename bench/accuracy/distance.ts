import { mean, quantileSorted, standardDeviation } from "simple-statistics";

/** How far rewards of pairs are from a reference's. Errors are in standard deviations of the reference's rewards. */
export interface Distance {
  largestError: number;
  /** That 99 of 100 rewards do not exceed. */
  p99Error: number;
  meanError: number;
  /** Pairs whose other answer wins. */
  flips: number;
  /** The largest difference, by the reference, between the two answers of a pair that flipped. */
  flipMargin: number;
}

/**
 * @param rewards chosen and rejected answer of each pair in turn
 * @param reference the exact ones, in the same order
 */
export function distanceOf(rewards: readonly number[], reference: readonly number[]): Distance {
  const spread = standardDeviation([...reference]);
  const errors = rewards.map((reward, index) => Math.abs(reward - (reference[index] ?? NaN)) / spread);
  const sorted = errors.toSorted((a, b) => a - b);
  const margins: number[] = [];
  for (let index = 0; index + 1 < reference.length; index += 2) {
    const exact = marginAt(reference, index);
    if (Math.sign(marginAt(rewards, index)) !== Math.sign(exact)) margins.push(Math.abs(exact) / spread);
  }
  return {
    largestError: sorted.at(-1) ?? NaN,
    p99Error: quantileSorted(sorted, 0.99),
    meanError: mean(errors),
    flips: margins.length,
    flipMargin: Math.max(0, ...margins),
  };
}

function marginAt(rewards: readonly number[], index: number): number {
  return (rewards[index] ?? NaN) - (rewards[index + 1] ?? NaN);
}
