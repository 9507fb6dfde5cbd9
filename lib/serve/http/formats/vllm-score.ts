import { randomUUID } from "node:crypto";
import { z } from "zod";
import { withResponse } from "../../../score/conversation/conversation.js";
import { activationFields, activationOf } from "../request/activation.js";
import { HttpError } from "../request/http-error.js";
import { parseBody } from "../request/parse-body.js";
import type { RouteHandler } from "../request/route.js";
import { scoreConversations, usageOf } from "../request/score-texts.js";
import { listFields, listHead, rewardSchema, usageSchema } from "./answer-parts.js";
import { listOf } from "./vllm-input.js";

const side = z.union([z.string(), z.array(z.string()).min(1)], {
  error: "expected a text or a list of texts",
});
const common = { model: z.unknown().optional(), ...activationFields } as const;

/** The names under which vLLM takes the two sides, today's first. */
const FORMS = [
  z.object({ queries: side, documents: side, ...common }),
  z.object({ queries: side, items: side, ...common }),
  z.object({ data_1: side, data_2: side, ...common }),
  z.object({ text_1: side, text_2: side, ...common }),
] as const;

const SIDES = [
  ["queries", "documents"],
  ["queries", "items"],
  ["data_1", "data_2"],
  ["text_1", "text_2"],
] as const;

/** What a body of vLLM's score route is checked with. */
export const vllmScoreBody = z.union(FORMS);

/** What it is answered with. */
export const vllmScoreAnswer = z.object({
  ...listFields,
  data: z.array(z.object({ index: z.int(), object: z.literal("score"), score: rewardSchema })),
  usage: usageSchema,
});

/** Whether a body is one of vLLM's score route. */
export function isVllmScore(body: unknown): boolean {
  return placeOfForm(body) >= 0;
}

/**
 * vLLM's `/score`: how well the second texts answer the first, one to one, one to many or pairwise. A second text goes through
 * the chat template as the answer to the first. Scores are raw unless `use_activation` is true.
 * Source: `vllm/entrypoints/pooling/scoring/protocol.py` (0.20); lengths as its `validate_score_input_lens` has them.
 */
export const scoreVllmPairs: RouteHandler = async (body, { scorer, signal }) => {
  const place = Math.max(0, placeOfForm(body));
  const request = parseBody<z.ZodRawShape>(FORMS[place] ?? FORMS[0], body) as Record<string, unknown>;
  const activation = activationOf(request);
  const [first, second] = (SIDES[place] ?? SIDES[0]).map((name) =>
    listOf(request[name] as string | string[]),
  );
  const conversations = pairsOf(first ?? [], second ?? []).map(([query, answer]) =>
    withResponse(query, answer),
  );
  const scores = await scoreConversations(scorer, conversations, { signal });
  return {
    ...listHead("score", scorer.description.name, randomUUID()),
    data: scores.map(({ reward }, index) => ({ index, object: "score", score: activation(reward) })),
    usage: { ...usageOf(scores), completion_tokens: 0 },
  };
};

/** @throws HttpError 422 lists that cannot be paired */
function pairsOf(first: readonly string[], second: readonly string[]): [query: string, answer: string][] {
  const [only = ""] = first;
  if (first.length === 1) return second.map((answer) => [only, answer]);
  if (first.length === second.length) return first.map((query, index) => [query, second[index] ?? ""]);
  throw new HttpError(
    422,
    "INVALID_ARGUMENT",
    `Expected one text for many, or two lists of one length, but received ${first.length} and ${second.length}.`,
  );
}

function placeOfForm(body: unknown): number {
  if (typeof body !== "object" || body === null) return -1;
  return SIDES.findIndex((names) => names.every((name) => name in body));
}
