import type { Comparison, Score, RankedScore } from "../score.js";

/**
 * Bradley-Terry probability that the first of two answers is better: `1 / (1 + e^(−margin / temperature))`. Written so that
 * large margins of either sign do not overflow.
 * @param temperature 1 unless a calibration fitted another.
 */
export function bradleyTerry(margin: number, temperature = 1): number {
  const x = margin / temperature;
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const odds = Math.exp(x);
  return odds / (1 + odds);
}

/** Compares two answers that were scored on their own. */
export function compareScores(a: Score, b: Score, temperature = 1): Comparison {
  const margin = a.reward - b.reward;
  return {
    margin,
    probability: bradleyTerry(margin, temperature),
    a,
    b,
    warnings: [...new Set([...a.warnings, ...b.warnings])],
  };
}

/**
 * The comparison a pair-preference model gives: the mean over both orders of the probability that `a` is better.
 * @param aFirst probability that the first shown is better, with `a` shown first; @param bFirst the same with `b` first,
 * absent for models that ask in one order only.
 */
export function comparePreferences(aFirst: Score, bFirst: Score | undefined): Comparison {
  const probability = bFirst === undefined ? aFirst.reward : (aFirst.reward + (1 - bFirst.reward)) / 2;
  return {
    margin: logOdds(probability),
    probability,
    warnings: [...new Set([...aFirst.warnings, ...(bFirst?.warnings ?? [])])],
  };
}

/** Log-odds, finite even where rounding has made a probability 0 or 1: then those of the nearest number to it. */
function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, Number.MIN_VALUE), 1 - Number.EPSILON / 2);
  return Math.log(p) - Math.log1p(-p);
}

/** Scores of one prompt's responses, best first. Equal rewards keep the given order. */
export function rankScores(scores: readonly Score[]): RankedScore[] {
  return scores
    .map((score, index) => ({ ...score, index }))
    .sort((a, b) => b.reward - a.reward)
    .map((score, place) => ({ ...score, rank: place + 1 }));
}
