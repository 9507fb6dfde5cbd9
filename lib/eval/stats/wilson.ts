import type { Interval } from "./bootstrap.js";

/** Fewer records than this say little about others: figures of them are marked, on the terminal and on the page. */
export const FEW_RECORDS = 30;

/**
 * Whether a figure rests on so few records that it is to be marked.
 * @example
 * ```ts
 * import { isTooFew } from "llama-reward/eval";
 *
 * console.log(isTooFew(29)); // true
 * ```
 */
export function isTooFew(records: number): boolean {
  return records < FEW_RECORDS;
}

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of a share. It keeps a width where all records agree, which a bootstrap does not: 20 of 20 still leave
 * 84 % plausible. Source: Wilson, J. Am. Stat. Assoc. 22 (1927); advice and coverage: Brown, Cai and DasGupta, Stat. Sci. 16 (2001).
 * By hand: simple-statistics has no such interval.
 * @param share from 0 to 1
 * @param trials need not be whole: an effective number of a weighted mean will do
 * @example
 * ```ts
 * import { wilsonInterval } from "llama-reward/eval";
 *
 * console.log(wilsonInterval(1, 20)); // [0.839, 1]
 * ```
 */
export function wilsonInterval(share: number, trials: number): Interval {
  if (Number.isNaN(share)) return [Number.NaN, Number.NaN];
  if (!(trials > 0)) return [0, 1];
  const spread = (Z * Z) / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  // At the ends rounding may leave a trace.
  return [share <= 0 ? 0 : centre - half, share >= 1 ? 1 : centre + half];
}

/** So many units of one stratum give a mean as sure as this weighted mean of several strata: (Σw)² / Σ(w²/n), after Kish (1965). */
export function effectiveUnits(strata: Iterable<{ weight: number; units: number }>): number {
  let weights = 0;
  let variance = 0;
  for (const { weight, units } of strata) {
    weights += weight;
    variance += (weight * weight) / units;
  }
  return (weights * weights) / variance;
}
