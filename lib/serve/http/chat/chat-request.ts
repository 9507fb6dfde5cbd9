import { z } from "zod";
import { without } from "../../../util/collections.js";
import type { ConversationRequest } from "../../../score/conversation/conversation.js";

/** Name of the field in which requests ask for more than OpenAI's API has, and answers have it. */
export const EXTENSION = "llama_reward";

const extensionSchema = z.strictObject({
  model: z.string().optional().describe("Which reward model chooses, where there are several."),
  best_of: z.int().min(1).max(256).optional().describe("Answers that are sampled at once."),
  max_samples: z.int().min(1).max(4096).optional(),
  min_reward: z.number().optional(),
  max_std: z.number().min(0).optional(),
  candidates: z.boolean().optional().describe("Whether the answer lists all candidates with their rewards."),
});

/** OpenAI's request for a chat completion; what is not named here goes to the upstream server as it is. */
export const chatSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  model: z.unknown().optional(),
  n: z.int().min(1).max(128).nullish().describe("How many of the best are answered."),
  seed: z.int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(z.looseObject({})).nullish(),
  [EXTENSION]: extensionSchema.optional(),
});

export type ChatRequest = z.infer<typeof chatSchema>;
export type ChatExtension = z.infer<typeof extensionSchema>;

/** What is answered, for a reward model: its template sees the messages and the tools. */
export function promptOf({ messages, tools }: ChatRequest): ConversationRequest {
  return { messages, tools: tools ?? undefined };
}

/** The request for the upstream server, but for `n` and `seed`. */
export function upstreamBody(request: ChatRequest): Record<string, unknown> {
  return without(request, EXTENSION, "stream", "stream_options", "n", "seed");
}
