import { randomUUID } from "node:crypto";
import { z } from "zod";
import { withContext, type ChatMessages, type ConversationInput } from "../../conversation.js";
import { withExactFields } from "../../dataset/exact-fields.js";
import { recordContext } from "../../dataset/record-context.js";
import type { Score } from "../../score.js";
import { activationFields, activationOf } from "../activation.js";
import { HttpError } from "../http-error.js";
import { parseBody } from "../read-body.js";
import type { RouteHandler } from "../route.js";
import { scoreTexts, usageOf } from "../score-texts.js";
import type { ServableScorer } from "../text-scorer.js";

const texts = z.union([z.string(), z.array(z.string())]);

const inputSchema = z.object({
  input: texts,
  add_special_tokens: z.boolean().nullish(),
  ...activationFields,
});
const messagesSchema = z.object({
  messages: z.array(z.unknown()),
  tools: z.unknown().optional(),
  documents: z.unknown().optional(),
  chat_template_kwargs: z.unknown().optional(),
  ...activationFields,
});
const sglangSchema = z.object({ text: texts });

const bodySchema = z.union([inputSchema, messagesSchema, sglangSchema], {
  error: "expected input or text (a text or a list of texts), or messages ({ role, content }, …)",
});

/**
 * The classification requests of vLLM and SGLang. vLLM: `input` is plain text, to which the tokenizer adds its special tokens
 * unless `add_special_tokens` is false; `messages`, with `tools`, `documents` and
 * `chat_template_kwargs` beside them, go through the model's chat template; `probs` holds the raw reward unless
 * `use_activation` is asked for. SGLang's own form has `text`, to which the tokenizer adds its special tokens, too, and answers
 * `[{ embedding: [reward] }, …]`, or one of them for one text.
 * Source: vLLM's Classification API, `vllm/entrypoints/pooling/classify/protocol.py`; SGLang's native API, section "Classify
 * (reward model)".
 */
export const classify: RouteHandler = async (body, { scorer, signal }) => {
  const isChat = messagesSchema.safeParse(body).success && !inputSchema.safeParse(body).success;
  const request = parseBody(bodySchema, body, [
    ...Object.keys(activationFields),
    "add_special_tokens",
    ...(isChat ? ["tools", "documents", "chat_template_kwargs"] : []),
  ]);
  if ("text" in request) return classifySglang(request.text, scorer, signal);
  const activation = activationOf(request);
  const scores = await scoresOf(request, body, scorer, signal);
  return {
    id: `classify-${randomUUID()}`,
    object: "list",
    created: Math.floor(Date.now() / 1000),
    model: scorer.description.name,
    data: scores.map(({ reward }, index) => ({
      index,
      label: "LABEL_0",
      probs: [activation(reward)],
      num_classes: 1,
    })),
    usage: { ...usageOf(scores), completion_tokens: 0 },
  };
};

async function scoresOf(
  request: z.infer<typeof inputSchema> | z.infer<typeof messagesSchema>,
  body: unknown,
  scorer: ServableScorer,
  signal: AbortSignal,
): Promise<Score[]> {
  if ("input" in request) {
    const addSpecialTokens = request.add_special_tokens ?? true;
    return scoreTexts(scorer, listOf(request.input), { addSpecialTokens, signal });
  }
  if (
    typeof body === "object" &&
    body !== null &&
    "add_special_tokens" in body &&
    body.add_special_tokens !== null
  ) {
    throw new HttpError(
      422,
      "FIELD_NOT_SUPPORTED",
      "Messages get the special tokens of the model's published usage (--bos changes it), so add_special_tokens cannot be " +
        "honoured here. Leave it out, or send a rendered prompt as input.",
    );
  }
  return [await scorer.score(conversationOf(body as z.infer<typeof messagesSchema>), { signal })];
}

/** Messages are checked by the scorer, whole: what is in them is for the chat template to see. */
function conversationOf(body: z.infer<typeof messagesSchema>): ConversationInput {
  const request = withExactFields(body);
  return withContext(request.messages as ChatMessages, recordContext(request));
}

async function classifySglang(
  text: string | string[],
  scorer: ServableScorer,
  signal: AbortSignal,
): Promise<unknown> {
  const scores = await scoreTexts(scorer, listOf(text), { addSpecialTokens: true, signal });
  const answers = scores.map(({ reward, tokenCount }) => ({
    embedding: [reward],
    meta_info: { id: randomUUID(), finish_reason: { type: "length", length: 0 }, prompt_tokens: tokenCount },
  }));
  return typeof text === "string" ? answers[0] : answers;
}

function listOf(given: string | string[]): string[] {
  return typeof given === "string" ? [given] : given;
}
