import { z } from "zod";
import { InvalidArgumentError } from "../../errors.js";
import { zodProblems } from "../../util/zod-problems.js";
import type { Bounds } from "./candidate.js";

/** Rounds that a bound may cost where `maxSamples` says nothing. */
const ROUNDS = 4;

/** Most samples of one prompt. */
const MOST = 4096;

/** How many answers are sampled, and when that ends. */
export interface Amounts extends Bounds {
  /** Samples of a round, 1 to 4,096. */
  n: number;
  /**
   * With `minReward` or `maxStd`: rounds follow until a candidate is good enough or so many samples were asked for in all.
   * Default: four times `n`.
   */
  maxSamples?: number | undefined;
}

const schema = z
  .object({
    n: z.int().min(1).max(MOST),
    maxSamples: z.int().min(1).max(MOST).optional(),
    minReward: z.number().optional(),
    maxStd: z.number().min(0).optional(),
  })
  .refine(({ n, maxSamples = n }) => maxSamples >= n, {
    path: ["maxSamples"],
    error: "must not be smaller than n",
  });

/**
 * Checks amounts and settles `maxSamples`: one round where there is no bound.
 * @throws InvalidArgumentError
 */
export function checkAmounts(amounts: Amounts): { n: number; maxSamples: number } {
  const result = schema.safeParse(amounts);
  if (!result.success) {
    const problems = zodProblems(result.error, "options");
    throw new InvalidArgumentError(`Nothing can be sampled with these options. ${problems.join("; ")}.`, {
      details: { problems },
    });
  }
  const { n, maxSamples = Math.min(ROUNDS * n, MOST), minReward, maxStd } = result.data;
  return { n, maxSamples: minReward === undefined && maxStd === undefined ? n : maxSamples };
}
