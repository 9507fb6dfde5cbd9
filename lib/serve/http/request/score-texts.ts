import type { ConversationInput } from "../../../score/conversation/conversation.js";
import type { Score, ScoreOptions, TextOptions } from "../../../score/score.js";
import { HttpError } from "./http-error.js";
import type { ServableScorer } from "./route.js";

/**
 * Scores rendered prompts; one that cannot be scored fails the request, since these formats have no place for its error.
 * @throws HttpError 501 the scorer takes no rendered prompts; else what scoring throws
 */
export async function scoreTexts(
  scorer: ServableScorer,
  texts: readonly string[],
  options: TextOptions,
): Promise<Score[]> {
  if (scorer.scoreTexts === undefined) {
    throw new HttpError(501, "NOT_SUPPORTED", "This model takes conversations only, no rendered prompts.");
  }
  const settled = await scorer.scoreTexts(texts, options);
  return settled.map(({ score, error }) => {
    if (error !== undefined) throw error;
    return score;
  });
}

/** The same for conversations, in one call. */
export async function scoreConversations(
  scorer: ServableScorer,
  conversations: readonly ConversationInput[],
  options: ScoreOptions,
): Promise<Score[]> {
  const scores: Score[] = [];
  for await (const score of scorer.scoreMany(conversations, options)) scores.push(score);
  return scores;
}

/** A number from 0 to 1, only for clients that ask for it: on its own a reward has no probability. */
export function sigmoid(reward: number): number {
  return 1 / (1 + Math.exp(-reward));
}

/** Tokens of all scores, the way these formats count them. */
export function usageOf(scores: readonly Score[]): { prompt_tokens: number; total_tokens: number } {
  const tokens = scores.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
  return { prompt_tokens: tokens, total_tokens: tokens };
}
