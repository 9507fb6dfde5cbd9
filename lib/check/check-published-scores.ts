import type { RewardJson } from "../model/folder/reward-json.js";
import type { Scorer } from "../score/score.js";
import { checkOf, skipped, type Check } from "./check.js";

/**
 * Whether the model gives the scores its card publishes, within the tolerance recorded for each.
 * @param scorer not needed when there are none
 */
export async function checkPublishedScores(
  reward: RewardJson,
  scorer: Scorer | undefined,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const published = reward.publishedScores;
  if (published.length === 0 || scorer === undefined) {
    return skipped("scores", "no published example scores are known for this model");
  }
  const findings: string[] = [];
  let largest = 0;
  for (const { name, messages, reward: expected, tolerance } of published) {
    const score = await scorer.score(messages, { signal });
    const difference = Math.abs(score.reward - expected);
    largest = Math.max(largest, difference);
    if (difference > tolerance) {
      findings.push(
        `${name}: reward ${score.reward}, published ${expected}, which is ${difference.toPrecision(3)} apart (at most ${tolerance})`,
      );
    }
  }
  return checkOf("scores", findings, {
    pass: `${published.length} published scores reproduced, the largest difference is ${largest.toPrecision(3)}`,
    fail: `${findings.length} of ${published.length} published scores are not reproduced`,
  });
}
