import { randomUUID } from "node:crypto";
import { z } from "zod";
import { HttpError } from "../request/http-error.js";
import type { Endpoint } from "../request/route.js";
import { usageOf } from "../request/score-texts.js";
import { listFields, listHead, rewardSchema, usageSchema } from "./answer-parts.js";
import { inputSchema, messagesSchema, scoreVllm } from "./vllm-input.js";

/** Of vLLM's tasks those that mean one number for a text; the others want something of every token, or an embedding. */
const task = z.enum(["classify", "reward", "score"]).nullish();

const pooledInput = inputSchema.extend({ task });
const pooledMessages = messagesSchema.extend({ task });

/**
 * vLLM's `/pooling`: what the pooler gives, here the reward alone, as it is.
 * Source: `vllm/entrypoints/pooling/pooling/protocol.py` (0.20).
 */
export const pooling: Endpoint = {
  paths: ["/pooling"],
  summary: "vLLM's pooling: the raw reward of texts or messages",
  body: z.union([pooledInput, pooledMessages]),
  answer: z.object({
    ...listFields,
    data: z.array(z.object({ index: z.int(), object: z.literal("pooling"), data: z.array(rewardSchema) })),
    usage: usageSchema,
  }),
  example: { input: ["What is 2 + 2? 4.", "What is 2 + 2? 5."] },
  handler: async (body, context) => {
    checkTask(body);
    const { scores, activation } = await scoreVllm(body, context);
    return {
      ...listHead("pool", context.scorer.description.name, randomUUID()),
      data: scores.map(({ reward }, index) => ({ index, object: "pooling", data: [activation(reward)] })),
      usage: { ...usageOf(scores), completion_tokens: 0 },
    };
  },
};

function checkTask(body: unknown): void {
  const given: unknown = typeof body === "object" && body !== null && "task" in body ? body.task : undefined;
  const result = task.safeParse(given);
  if (result.success) return;
  throw new HttpError(
    422,
    "FIELD_NOT_SUPPORTED",
    `A reward model gives one number for a text: expected classify, reward or score for task but received ${JSON.stringify(given)}.`,
  );
}
