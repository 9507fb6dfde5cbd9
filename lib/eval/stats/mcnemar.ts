/** McNemar's test of two models on the same pairs. */
export interface McNemar {
  /** Pairs only the first model gets right. */
  onlyFirst: number;
  /** Pairs only the second model gets right. */
  onlySecond: number;
  /** Two-sided p-value: the chance of a split at least this uneven when both models are equally good. */
  pValue: number;
}

/**
 * Exact two-sided McNemar test: pairs on which the models disagree are coin tosses under the null hypothesis.
 * Source: McNemar, Psychometrika 12 (1947); the exact binomial form needs no large-sample correction at any size.
 * By hand: simple-statistics has no such test.
 * @param first whether the first model is right, by pair
 * @param second the same pairs in the same order
 * @example
 * ```ts
 * import { mcnemarTest } from "llama-reward/eval";
 *
 * console.log(mcnemarTest([true, true, false], [true, false, false]));
 * ```
 */
export function mcnemarTest(first: readonly boolean[], second: readonly boolean[]): McNemar {
  let onlyFirst = 0;
  let onlySecond = 0;
  first.forEach((isRight, index) => {
    if (isRight === second[index]) return;
    if (isRight) onlyFirst++;
    else onlySecond++;
  });
  return { onlyFirst, onlySecond, pValue: twoSidedCoinTest(onlyFirst, onlySecond) };
}

/** min(1, 2 · P(X ≤ min(a, b))) for X ~ Binomial(a + b, ½), summed in logarithms: 2^−n underflows beyond 1074 tosses. */
function twoSidedCoinTest(a: number, b: number): number {
  const tosses = a + b;
  const smaller = Math.min(a, b);
  let logTerm = -tosses * Math.LN2;
  const logTerms = [logTerm];
  for (let k = 1; k <= smaller; k++) {
    logTerm += Math.log((tosses - k + 1) / k);
    logTerms.push(logTerm);
  }
  // The terms rise up to the middle, so the last one is the largest.
  const logSum = logTerm + Math.log(logTerms.reduce((sum, term) => sum + Math.exp(term - logTerm), 0));
  return Math.min(1, 2 * Math.exp(logSum));
}

/**
 * p-values of several tests, raised so that the chance of even one wrong "they differ" among them stays what it says. In the given order.
 * Source: Holm, Scand. J. Stat. 6 (1979). By hand: simple-statistics has none.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = [...pValues];
  let largest = 0;
  order.forEach((index, place) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - place) * (pValues[index] ?? 1)));
    adjusted[index] = largest;
  });
  return adjusted;
}
