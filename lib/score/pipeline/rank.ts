import type { RankedScore, Score } from "../score.js";

/** Scores of one prompt's responses, best first. Equal rewards keep the given order. */
export function rankScores(scores: readonly Score[]): RankedScore[] {
  return scores
    .map((score, index) => ({ ...score, index }))
    .sort((a, b) => b.reward - a.reward)
    .map((score, place) => ({ ...score, rank: place + 1 }));
}
