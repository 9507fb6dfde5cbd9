import { z } from "zod";
import { parseBody } from "../request/read-body.js";
import type { RouteHandler } from "../request/route.js";
import { scoreTexts } from "../request/score-texts.js";

const bodySchema = z.object({
  query: z.union([z.string(), z.array(z.string())], { error: "expected a text or a list of texts" }),
});

/**
 * OpenRLHF's remote reward: `{ query, prompts, labels }` to `{ rewards, scores, extra_logs }`. A query is rendered already and
 * holds its BOS, so nothing is added. Source: the client in OpenRLHF's `openrlhf/utils/remote_rm_utils.py`.
 */
export const getReward: RouteHandler = async (body, { scorer, signal }) => {
  const { query } = parseBody(bodySchema, body, Object.keys(bodySchema.shape));
  const texts = typeof query === "string" ? [query] : query;
  const scores = await scoreTexts(scorer, texts, { addSpecialTokens: false, signal });
  const rewards = scores.map(({ reward }) => reward);
  const spreads = scores.map(({ std }) => std).filter((std) => std !== undefined);
  return {
    rewards,
    scores: rewards,
    extra_logs: spreads.length === scores.length && spreads.length > 0 ? { std: spreads } : {},
  };
};
