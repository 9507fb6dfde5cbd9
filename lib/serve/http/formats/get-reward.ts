import { z } from "zod";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint } from "../request/route.js";
import { scoreTexts } from "../request/score-texts.js";
import { rewardSchema } from "./answer-parts.js";
import { listOf } from "./vllm-input.js";

const bodySchema = z.object({
  query: z
    .union([z.string(), z.array(z.string())], { error: "expected a text or a list of texts" })
    .describe("Prompts with their answers, rendered, with their BOS."),
});

/**
 * OpenRLHF's remote reward: `{ query, prompts, labels }` to `{ rewards, scores, extra_logs }`. A query is rendered already and
 * holds its BOS, so nothing is added. Source: the client in OpenRLHF's `openrlhf/utils/remote_rm_utils.py`.
 */
export const getReward: Endpoint = {
  paths: ["/get_reward"],
  summary: "OpenRLHF's remote reward: rendered prompts to rewards",
  body: bodySchema,
  answer: z.object({
    rewards: z.array(rewardSchema),
    scores: z.array(rewardSchema),
    extra_logs: z.object({ std: z.array(z.number()).optional() }),
  }),
  example: { query: ["What is 2 + 2? 4."] },
  handler: async (body, { scorer, signal }) => {
    const { query } = parseBody(bodySchema, body);
    const scores = await scoreTexts(scorer, listOf(query), { addSpecialTokens: false, signal });
    const rewards = scores.map(({ reward }) => reward);
    const spreads = scores.map(({ std }) => std).filter((std) => std !== undefined);
    return {
      rewards,
      scores: rewards,
      extra_logs: spreads.length === scores.length && spreads.length > 0 ? { std: spreads } : {},
    };
  },
};
