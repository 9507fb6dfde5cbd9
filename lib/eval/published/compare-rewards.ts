import {
  quantileSorted,
  sampleCorrelation,
  sampleRankCorrelation,
  standardDeviation,
} from "simple-statistics";
import { kendallTauB } from "../stats/kendall-tau.js";
import { meanOf } from "../stats/mean.js";

/** A reward that somebody published, and ours. */
export interface RewardPair {
  published: number;
  own: number;
  /** Records with the same turns before the answer have the same one. */
  prompt: string;
}

/** How far rewards are from published ones. */
export interface RewardComparison {
  rewards: number;
  /** Standard deviation of the published rewards. */
  spread: number;
  /** Of own − published. The mean is signed: a shift changes no order. */
  difference: { mean: number; meanAbsolute: number; p99: number; max: number };
  /** Pearson's correlation; null where either list never changes, as of the others. */
  correlation: number | null;
  /** Spearman's. */
  rankCorrelation: number | null;
  kendallTau: number | null;
  /** Every two answers to the same turns that the published rewards tell apart. */
  pairs: number;
  /** Those in the other order. */
  flips: number;
  /** The largest difference of published rewards among them. */
  flipMargin: number;
  /** Whether running the model in bfloat16 explains the differences. */
  isWithinBf16: boolean;
}

/**
 * What transformers in bfloat16 does to rewards of trained weights, in standard deviations of the rewards: the row
 * `transformers-bfloat16` of docs/accuracy.md, 828 rewards. Measured in scripts/docs/accuracy/h100.jsonl.
 */
export const BF16_ERRORS = { mean: 0.065255, p99: 0.198999, max: 0.293126 } as const;

/**
 * Published rewards may come from a larger model than the one those errors were measured on, and from longer texts, so twice as much counts
 * as explained. Another template, head or position moves rewards by about as much as they differ among each other.
 */
const ALLOWANCE = 2;

/** Compares published rewards with ours. @param pairs at least two */
export function compareRewards(pairs: readonly RewardPair[]): RewardComparison {
  const published = pairs.map((pair) => pair.published);
  const own = pairs.map((pair) => pair.own);
  const signed = own.map((reward, index) => reward - (published[index] ?? Number.NaN));
  const sizes = signed.map(Math.abs).sort((a, b) => a - b);
  const spread = standardDeviation(published);
  const difference = {
    mean: meanOf(signed),
    meanAbsolute: meanOf(sizes),
    p99: quantileSorted(sizes, 0.99),
    max: sizes.at(-1) ?? Number.NaN,
  };
  const bound = (error: number): number => ALLOWANCE * error * spread;
  return {
    rewards: pairs.length,
    spread,
    difference,
    correlation: atMostOne(sampleCorrelation(published, own)),
    rankCorrelation: atMostOne(sampleRankCorrelation(published, own)),
    kendallTau: atMostOne(kendallTauB(published, own)),
    ...countFlips(pairs),
    isWithinBf16:
      difference.meanAbsolute <= bound(BF16_ERRORS.mean) &&
      difference.p99 <= bound(BF16_ERRORS.p99) &&
      difference.max <= bound(BF16_ERRORS.max),
  };
}

/** Rounding can lift a perfect correlation above 1. */
function atMostOne(value: number): number | null {
  return Number.isFinite(value) ? Math.min(1, value) : null;
}

function countFlips(pairs: readonly RewardPair[]): Pick<RewardComparison, "pairs" | "flips" | "flipMargin"> {
  const byPrompt = new Map<string, RewardPair[]>();
  for (const pair of pairs) {
    const answers = byPrompt.get(pair.prompt);
    if (answers === undefined) byPrompt.set(pair.prompt, [pair]);
    else answers.push(pair);
  }
  const counts = { pairs: 0, flips: 0, flipMargin: 0 };
  for (const answers of byPrompt.values()) {
    answers.forEach((first, index) => {
      for (const second of answers.slice(index + 1)) {
        const margin = first.published - second.published;
        if (margin === 0) continue;
        counts.pairs++;
        if (Math.sign(first.own - second.own) === Math.sign(margin)) continue;
        counts.flips++;
        counts.flipMargin = Math.max(counts.flipMargin, Math.abs(margin));
      }
    });
  }
  return counts;
}
