/** How the rewards of an answer's steps become one reward. */
export type Aggregate = "min" | "product" | "mean" | "last";
/** All of them. */
export const AGGREGATES = ["min", "product", "mean", "last"] as const satisfies readonly Aggregate[];

/** One reward of the steps', in float64. @param rewards at least one */
export function aggregateSteps(rewards: readonly number[], aggregate: Aggregate): number {
  switch (aggregate) {
    case "min":
      return rewards.reduce((least, reward) => Math.min(least, reward), Infinity);
    case "product":
      return rewards.reduce((product, reward) => product * reward, 1);
    case "mean":
      return rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    case "last":
      return rewards.at(-1) ?? NaN;
  }
}
