import { z } from "zod";
import { checkConversation } from "../../../score/conversation/check-conversation.js";
import { withSteps, type ConversationInput } from "../../../score/conversation/conversation.js";
import { resultJson } from "../../../data/records/output-record.js";
import { HttpError } from "../request/http-error.js";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint, RouteHandler } from "../request/route.js";

const promptSchema = z.union([z.string(), z.array(z.unknown()).min(1)]);
const stepsSchema = z.array(z.string()).min(1);
const inputSchema = z.strictObject({ prompt: promptSchema, steps: stepsSchema });

const bodySchema = z.object({
  prompt: promptSchema.optional(),
  steps: stepsSchema.optional(),
  inputs: z.array(inputSchema).min(1).optional(),
});

const answerSchema = z.looseObject({
  steps: z.array(z.looseObject({ reward: z.number() })),
  reward: z.number(),
  tokens: z.int(),
});
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const handler: RouteHandler = async (body, { scorer, signal }) => {
  const { inputs, prompt, steps } = parseBody(bodySchema, body);
  const { name, task } = scorer.description;
  if (task !== "steps") {
    throw new HttpError(
      422,
      "INVALID_ARGUMENT",
      `${name} rewards whole answers, not their steps: send them to /score. /v1/score_steps is for process reward models.`,
    );
  }
  const isOne = prompt !== undefined && steps !== undefined;
  if (isOne === (inputs !== undefined)) {
    throw new HttpError(422, "INVALID_ARGUMENT", "Expected either prompt and steps, or inputs.");
  }
  if (isOne) return resultJson(await scorer.score(conversationOf({ prompt, steps }), { signal }));
  const results: unknown[] = [];
  const conversations = (inputs ?? []).map(conversationOf);
  for await (const { score, error } of scorer.scoreManySettled(conversations, { signal })) {
    results.push(
      error === undefined ? resultJson(score) : { error: { code: error.code, message: error.message } },
    );
  }
  return { results };
};

/**
 * This package's own format for process reward models: `{ prompt, steps }` to `{ steps: [{ reward }], reward, tokens }`, or
 * `{ inputs: [{ prompt, steps }, …] }` to `{ results: […] }`, where an input that cannot be scored has `error` in its place.
 */
export const scoreSteps: Endpoint = {
  paths: ["/v1/score_steps"],
  summary: "the steps of answers, for process reward models",
  body: bodySchema,
  answer: z.union([answerSchema, z.object({ results: z.array(z.union([answerSchema, errorSchema])) })]),
  example: { prompt: "What is 2 + 2?", steps: ["2 + 2 is 2 and 2 more.", "That is 4."] },
  handler,
};

function conversationOf({ prompt, steps }: z.infer<typeof inputSchema>): ConversationInput {
  const turns = typeof prompt === "string" ? prompt : (prompt as ConversationInput);
  return checkConversation(withSteps(turns, steps));
}
