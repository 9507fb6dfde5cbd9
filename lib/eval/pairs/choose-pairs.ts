import { stdOf } from "../stats/uncertainty.js";

/** A candidate as far as choosing pairs goes. */
export interface PairCandidate {
  text: string;
  reward: number;
  std?: number | undefined;
}

/** How pairs are chosen among scored candidates. */
export interface ChoosePairsOptions {
  /** `best-worst`: one pair of each record; `all`: every two candidates far enough apart. */
  strategy?: "best-worst" | "all" | undefined;
  /** Smallest difference of the rewards. Default 0: any difference but none. */
  minMargin?: number | undefined;
  /** Candidates with a larger standard deviation take no part. */
  maxStd?: number | undefined;
}

/** Two candidates of a record by index, the one with the higher reward chosen. */
export interface ChosenPair {
  chosen: number;
  rejected: number;
  margin: number;
}

/** Why a record, or a candidate of it, is in no pair. */
export type LeftOutReason =
  | "unreadable"
  | "not-scored"
  | "different-prompts"
  | "too-few-candidates"
  | "too-uncertain"
  | "margin-too-small";

/** The pairs of one record, or why it has none. */
export type PairChoice = { pairs: ChosenPair[] } | { reason: LeftOutReason; detail: string };

/**
 * Chooses preference pairs among the candidates of one record. @throws InvalidArgumentError maxStd without std
 * @example
 * ```ts
 * import { choosePairs } from "llama-reward/eval";
 *
 * const candidates = [
 *   { text: "4.", reward: 2.5 },
 *   { text: "5.", reward: -1 },
 * ];
 * console.log(choosePairs(candidates, { minMargin: 1 })); // { pairs: [{ chosen: 0, rejected: 1, margin: 3.5 }] }
 * ```
 */
export function choosePairs(
  candidates: readonly PairCandidate[],
  { strategy = "best-worst", minMargin = 0, maxStd }: ChoosePairsOptions,
): PairChoice {
  if (candidates.length < 2) {
    return { reason: "too-few-candidates", detail: `${candidates.length} candidate` };
  }
  const certain = candidates
    .map((candidate, index) => ({ ...candidate, index }))
    .filter((candidate) => maxStd === undefined || stdOf(candidate) <= maxStd)
    .sort((a, b) => b.reward - a.reward || a.index - b.index);
  const [best] = certain;
  const worst = certain.at(-1);
  if (best === undefined || worst === undefined || certain.length < 2) {
    return {
      reason: "too-uncertain",
      detail: `std above ${maxStd ?? 0} in all candidates but ${certain.length}`,
    };
  }
  const wanted =
    strategy === "best-worst"
      ? [[best, worst] as const]
      : certain.flatMap((chosen, place) =>
          certain.slice(place + 1).map((rejected) => [chosen, rejected] as const),
        );
  const pairs = wanted
    .map(([chosen, rejected]) => ({
      chosen: chosen.index,
      rejected: rejected.index,
      margin: chosen.reward - rejected.reward,
    }))
    .filter(({ margin, chosen, rejected }) => {
      const isDifferent = candidates[chosen]?.text !== candidates[rejected]?.text;
      return isDifferent && margin > 0 && margin >= minMargin;
    });
  if (pairs.length > 0) return { pairs };
  return { reason: "margin-too-small", detail: `largest margin ${best.reward - worst.reward}` };
}
