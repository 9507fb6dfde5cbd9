import { resultJson } from "../../data/index.js";
import { tooCloseToBest, type UncertaintyRank } from "../../eval/index.js";

/**
 * The candidates record of `score`, with the order beside it, and what it goes by where that is not the reward. `tooClose`, of
 * models that predict a std: the responses that it cannot tell from the best one.
 */
export function rankingJson(
  ranking: readonly UncertaintyRank[],
  penalty: number | undefined,
): Readonly<Record<string, unknown>> {
  const byIndex = [...ranking].sort((a, b) => a.index - b.index);
  const best = ranking.find((entry) => entry.rank !== null);
  const tooClose = tooCloseToBest(ranking);
  return {
    results: byIndex.map(({ score, adjusted, rank: place }) => ({
      ...resultJson(score),
      ...(penalty === undefined ? {} : { adjusted }),
      rank: place,
    })),
    best: best?.index ?? null,
    ranking: ranking.map(({ index }) => index),
    ...(tooClose === undefined ? {} : { tooClose }),
  };
}
