import { z } from "zod";
import { withExactFields } from "../../../data/dataset/exact-fields.js";
import { recordContext } from "../../../data/dataset/record-context.js";
import {
  withContext,
  type ChatMessages,
  type ConversationInput,
} from "../../../score/conversation/conversation.js";
import type { Score } from "../../../score/score.js";
import { activationFields, activationOf } from "../request/activation.js";
import { HttpError } from "../request/http-error.js";
import { parseBody } from "../request/parse-body.js";
import type { RouteContext } from "../request/route.js";
import { scoreTexts } from "../request/score-texts.js";

const EXPECTED = "expected input or text (a text or a list of texts), or messages ({ role, content }, …)";

/** A text, or a list of them. */
export const textsSchema = z.union([z.string(), z.array(z.string())], { error: EXPECTED });

/** vLLM's `CompletionRequestMixin`: plain text, to which the tokenizer adds its special tokens unless told not to. */
export const inputSchema = z.object({
  model: z.unknown().optional(),
  input: textsSchema,
  add_special_tokens: z.boolean().nullish(),
  ...activationFields,
});

/** vLLM's `ChatRequestMixin`: messages, which go through the model's chat template with what stands beside them. */
export const messagesSchema = z.object({
  model: z.unknown().optional(),
  messages: z.array(z.unknown(), { error: EXPECTED }),
  tools: z.unknown().optional(),
  documents: z.unknown().optional(),
  chat_template_kwargs: z.unknown().optional(),
  ...activationFields,
});

/** What came of a request. */
export interface VllmScores {
  scores: readonly Score[];
  /** What the request wants of a reward. */
  activation: (reward: number) => number;
}

/**
 * Scores the two requests that vLLM's pooling routes share. Source: `vllm/entrypoints/pooling/base/protocol.py` (0.20).
 * @throws HttpError 422 neither, or both
 */
export async function scoreVllm(body: unknown, { scorer, signal }: RouteContext): Promise<VllmScores> {
  if (formOf(body, ["input", "messages"]) === "messages") {
    const activation = activationOf(parseBody(messagesSchema, body));
    const conversation = conversationOf(body as z.infer<typeof messagesSchema>);
    return { scores: [await scorer.score(conversation, { signal })], activation };
  }
  const request = parseBody(inputSchema, body);
  const activation = activationOf(request);
  const addSpecialTokens = request.add_special_tokens ?? true;
  const scores = await scoreTexts(scorer, listOf(request.input), { addSpecialTokens, signal });
  return { scores, activation };
}

/**
 * The field that says what a request is.
 * @returns the first of the names where the body has none of them
 * @throws HttpError 422 a request of two forms: one of the two texts would not be scored
 */
export function formOf<Name extends string>(body: unknown, names: readonly [Name, ...Name[]]): Name {
  const fields: object = typeof body === "object" && body !== null ? body : {};
  const given = names.filter((name) => ((fields as Record<string, unknown>)[name] ?? null) !== null);
  const [form = names[0], other] = given;
  if (other === undefined) return form;
  throw new HttpError(
    422,
    "INVALID_ARGUMENT",
    `Expected one of ${names.join(", ")}, but received ${given.join(" and ")}.`,
  );
}

/** A text alone is a list of one. */
export function listOf(given: string | string[]): string[] {
  return typeof given === "string" ? [given] : given;
}

/** Messages are checked by the scorer, whole: what is in them is for the chat template to see. */
function conversationOf(body: z.infer<typeof messagesSchema>): ConversationInput {
  const request = withExactFields(body);
  return withContext(request.messages as ChatMessages, recordContext(request));
}
