import { z } from "zod";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint } from "../request/route.js";
import { scoreTexts, usageOf } from "../request/score-texts.js";
import { rewardSchema, usageSchema } from "./answer-parts.js";
import { listOf } from "./vllm-input.js";

const bodySchema = z.object({
  model: z.unknown().optional(),
  input: z.union([z.string(), z.array(z.string())], { error: "expected a text or a list of texts" }),
});

/**
 * SGLang answers a reward model's embedding request with the reward, and verl's reward loop asks that way. An embedding of any
 * other kind is not to be had here.
 * Source: verl, `verl/experimental/reward_loop/reward_loop.py` (`compute_score_disrm`, engine `sglang`).
 */
export const embeddings: Endpoint = {
  paths: ["/v1/embeddings"],
  summary:
    "SGLang's way to ask a reward model, used by verl's reward loop: the reward in place of an embedding",
  body: bodySchema,
  answer: z.object({
    object: z.literal("list"),
    model: z.string(),
    data: z.array(
      z.object({ object: z.literal("embedding"), index: z.int(), embedding: z.array(rewardSchema) }),
    ),
    usage: usageSchema,
  }),
  example: { input: "What is 2 + 2? 4." },
  handler: async (body, { scorer, signal }) => {
    const { input } = parseBody(bodySchema, body);
    const scores = await scoreTexts(scorer, listOf(input), { addSpecialTokens: true, signal });
    return {
      object: "list",
      model: scorer.description.name,
      data: scores.map(({ reward }, index) => ({ object: "embedding", index, embedding: [reward] })),
      usage: { ...usageOf(scores), completion_tokens: 0 },
    };
  },
};
