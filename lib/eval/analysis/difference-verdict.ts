import { pValue, signedPoints, signedRange } from "../stats/figure-text.js";
import type { RunComparison, RunDifference } from "./compare-runs.js";

/** Differences that chance explains less often than this are called differences. */
const SIGNIFICANT = 0.05;

/**
 * What a difference between two runs comes to, in a sentence or two.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { differenceVerdict, runEval } from "llama-reward/eval";
 *
 * const [first, second] = [await RewardModel.load("models/grm"), await RewardModel.load("models/urm")];
 * const run = { benchmark: "pairs", data: "pairs.jsonl" } as const;
 * await runEval({ ...run, out: "first", scorer: first });
 * const { comparison } = await runEval({ ...run, out: "second", scorer: second, against: ["first"] });
 * for (const each of comparison?.differences ?? []) console.log(comparison && differenceVerdict(comparison, each));
 * await Promise.all([first.dispose(), second.dispose()]);
 * ```
 */
export function differenceVerdict(
  { runs, differences, isTooFew }: RunComparison,
  { first, second, average, mcnemar, adjustedPValue }: RunDifference,
): string {
  const [name, other] = [runs[first]?.name ?? "", runs[second]?.name ?? ""];
  const figures =
    `${signedPoints(average.difference)} points (95\u00a0%: ${signedRange(average.interval)}), ${pValue(adjustedPValue)}` +
    `${differences.length > 1 ? " adjusted" : ""}; right only in the first ${mcnemar.onlyFirst}, only in the second ${mcnemar.onlySecond}`;
  if (isTooFew || adjustedPValue >= SIGNIFICANT) {
    return `${name} and ${other} are too close to call: ${figures}. The difference may well be chance.`;
  }
  const relation =
    mcnemar.onlyFirst > mcnemar.onlySecond ? "right on more records than" : "right on fewer records than";
  return `${name} is ${relation} ${other}: ${figures}. The difference is larger than chance explains.`;
}
