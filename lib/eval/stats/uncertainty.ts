import { InvalidArgumentError } from "../../errors.js";
import { bradleyTerry } from "../../score/pipeline/compare.js";
import type { Score } from "../../score/score.js";

/** How uncertain rewards count against an answer. */
export interface UncertaintyOptions {
  /** Ranks by reward − penalty · std. Default 0. */
  penalty?: number | undefined;
  /** Answers with a larger std are not ranked (the model abstains on them). */
  maxStd?: number | undefined;
}

/** One answer of an uncertainty-aware ranking. */
export interface UncertaintyRank<S extends Score = Score> {
  /** Place among the answers given, from 0. */
  index: number;
  score: S;
  /** reward − penalty · std: what the order goes by. The same word as in the JSON of `rank`. */
  adjusted: number;
  /** From 1 for the best; null where the model abstains. */
  rank: number | null;
}

/**
 * Ranks answers by a lower bound of their reward, best first, answers that are too uncertain last. Ties keep the given
 * order. Source: the uncertainty penalty and filter of URM, arXiv 2410.00847, section on best-of-n.
 * @throws InvalidArgumentError a bad option, or scores without std (the head predicts no uncertainty)
 * @example
 * ```ts
 * import { rankByUncertainty } from "llama-reward/eval";
 *
 * const scores = [
 *   { reward: 2, std: 1.5, tokenCount: 9, warnings: [] },
 *   { reward: 1.8, std: 0.1, tokenCount: 9, warnings: [] },
 * ];
 * console.log(rankByUncertainty(scores, { penalty: 1 }).map(({ index }) => index)); // [1, 0]
 * ```
 */
export function rankByUncertainty<S extends Score>(
  scores: readonly S[],
  { penalty = 0, maxStd }: UncertaintyOptions,
): UncertaintyRank<S>[] {
  if (!(penalty >= 0) || !Number.isFinite(penalty)) {
    throw new InvalidArgumentError(`Expected a number from 0 for penalty but received ${penalty}.`);
  }
  if (maxStd !== undefined && !(maxStd > 0)) {
    throw new InvalidArgumentError(`Expected a number above 0 for maxStd but received ${maxStd}.`);
  }
  const ranked = scores.map((score, index) => ({
    index,
    score,
    adjusted: score.reward - (penalty === 0 ? 0 : penalty * stdOf(score)),
    isCertain: maxStd === undefined || stdOf(score) <= maxStd,
  }));
  ranked.sort(
    (a, b) => Number(b.isCertain) - Number(a.isCertain) || b.adjusted - a.adjusted || a.index - b.index,
  );
  return ranked.map(({ isCertain, ...entry }, place) => ({ ...entry, rank: isCertain ? place + 1 : null }));
}

/**
 * Which ranked answers cannot be told from the best one: their intervals, reward ± std, overlap with its.
 * @param ranking as {@link rankByUncertainty} gives it
 * @returns their indexes, best first; undefined for a model that predicts no std
 * @example
 * ```ts
 * import { rankByUncertainty, tooCloseToBest } from "llama-reward/eval";
 *
 * const scores = [
 *   { reward: 2, std: 0.3, tokenCount: 9, warnings: [] },
 *   { reward: 1.5, std: 0.3, tokenCount: 9, warnings: [] },
 *   { reward: 0.9, std: 0.3, tokenCount: 9, warnings: [] },
 * ];
 * console.log(tooCloseToBest(rankByUncertainty(scores, {}))); // [1]
 * ```
 */
export function tooCloseToBest(ranking: readonly UncertaintyRank[]): number[] | undefined {
  const ranked = ranking.filter(({ rank }) => rank !== null);
  const [best, ...others] = ranked;
  if (best === undefined || ranked.some(({ score }) => score.std === undefined)) return undefined;
  return others.filter(({ score }) => areTooClose(best.score, score)).map(({ index }) => index);
}

/** A calibrated model that is less sure than this of the better of two answers is wrong in two cases of five. */
const LEAST_SURE = 0.6;

/**
 * Whether two rewards lie so near each other that nobody can tell: their intervals, reward ± std, overlap; where a std is missing, whether
 * a calibrated model is less than 60 % sure of the better one. Never where neither is known.
 * @param calibration temperature that was fitted on held-out pairs (`ModelDescription.calibration`)
 * @example
 * ```ts
 * import { areTooClose } from "llama-reward/eval";
 *
 * console.log(areTooClose({ reward: 2, std: 0.3 }, { reward: 1.5, std: 0.3 })); // true
 * console.log(areTooClose({ reward: 2 }, { reward: 1.5 }, { temperature: 2 })); // true: 56 %
 * ```
 */
export function areTooClose(
  a: { reward: number; std?: number | undefined },
  b: { reward: number; std?: number | undefined },
  { temperature }: { temperature?: number | undefined } = {},
): boolean {
  const margin = Math.abs(a.reward - b.reward);
  if (a.std !== undefined && b.std !== undefined) return margin <= a.std + b.std;
  return temperature !== undefined && bradleyTerry(margin, temperature) < LEAST_SURE;
}

/** The standard deviation of a score, for what cannot do without. @throws InvalidArgumentError the head predicts none */
export function stdOf({ std }: { std?: number | undefined }): number {
  if (std !== undefined) return std;
  throw new InvalidArgumentError(
    "This model predicts no uncertainty (its scores have no std). Leave out the penalty and the maximum std, or use a model " +
      "with an uncertainty-aware head such as URM.",
  );
}
