import { sampleCorrelation } from "simple-statistics";
import { seededDraw, shuffled } from "../stats/random.js";
import type { DecisivePair } from "./decisive-pair.js";

/** How much the reward goes with the length of the answer. */
export interface LengthBias {
  /** Pearson correlation of reward and token count over all candidates; null when either never changes. */
  correlation: number | null;
  /** Accuracy where the chosen answer is the longer one, and where it is the shorter one; null without such pairs. */
  accuracyChosenLonger: number | null;
  accuracyChosenShorter: number | null;
  chosenLonger: number;
  chosenShorter: number;
  /** A fixed random sample of candidates to draw. */
  sample: { tokens: number; reward: number; isChosen: boolean }[];
}

const SAMPLE_PAIRS = 500;

/** Undefined where the scores come without token counts. */
export function lengthBias(pairs: Iterable<DecisivePair>): LengthBias | undefined {
  // Candidates in turn: chosen, rejected, chosen, …
  const tokens: number[] = [];
  const rewards: number[] = [];
  const longer = { pairs: 0, right: 0 };
  const shorter = { pairs: 0, right: 0 };
  for (const { chosen, rejected, margin } of pairs) {
    if (chosen.tokens === undefined || rejected.tokens === undefined) continue;
    tokens.push(chosen.tokens, rejected.tokens);
    rewards.push(chosen.reward, rejected.reward);
    if (chosen.tokens === rejected.tokens) continue;
    const side = chosen.tokens > rejected.tokens ? longer : shorter;
    side.pairs++;
    if (margin > 0) side.right++;
  }
  if (tokens.length === 0) return undefined;
  const correlation = sampleCorrelation(tokens, rewards);
  const candidate = (index: number): LengthBias["sample"][number] => ({
    tokens: tokens[index] ?? Number.NaN,
    reward: rewards[index] ?? Number.NaN,
    isChosen: index % 2 === 0,
  });
  return {
    correlation: Number.isFinite(correlation) ? correlation : null,
    accuracyChosenLonger: accuracy(longer),
    accuracyChosenShorter: accuracy(shorter),
    chosenLonger: longer.pairs,
    chosenShorter: shorter.pairs,
    sample: shuffled([...Array(tokens.length / 2).keys()], seededDraw(1))
      .slice(0, SAMPLE_PAIRS)
      .flatMap((pair) => [candidate(2 * pair), candidate(2 * pair + 1)]),
  };
}

function accuracy({ pairs, right }: { pairs: number; right: number }): number | null {
  return pairs === 0 ? null : right / pairs;
}
