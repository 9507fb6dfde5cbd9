import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  withContext,
  type ChatMessages,
  type ConversationInput,
} from "../../../score/conversation/conversation.js";
import { withExactFields } from "../../../data/dataset/exact-fields.js";
import { recordContext } from "../../../data/dataset/record-context.js";
import type { Score } from "../../../score/score.js";
import { activationFields, activationOf } from "../request/activation.js";
import { HttpError } from "../request/http-error.js";
import { parseBody } from "../request/read-body.js";
import type { RouteHandler, ServableScorer } from "../request/route.js";
import { scoreTexts, usageOf } from "../request/score-texts.js";

const EXPECTED = "expected input or text (a text or a list of texts), or messages ({ role, content }, …)";
const texts = z.union([z.string(), z.array(z.string())], { error: EXPECTED });

const inputSchema = z.object({
  input: texts,
  add_special_tokens: z.boolean().nullish(),
  ...activationFields,
});
const messagesSchema = z.object({
  messages: z.array(z.unknown(), { error: EXPECTED }),
  tools: z.unknown().optional(),
  documents: z.unknown().optional(),
  chat_template_kwargs: z.unknown().optional(),
  ...activationFields,
});
const sglangSchema = z.object({ text: texts });

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
  switch (formOf(body)) {
    case "text": {
      const { text } = parseBody(sglangSchema, body, Object.keys(sglangSchema.shape));
      return answerSglang(text, await scoreTexts(scorer, listOf(text), { addSpecialTokens: true, signal }));
    }
    case "messages": {
      const request = parseBody(messagesSchema, body, Object.keys(messagesSchema.shape));
      const activation = activationOf(request);
      const conversation = conversationOf(body as z.infer<typeof messagesSchema>);
      return answerVllm([await scorer.score(conversation, { signal })], activation, scorer);
    }
    default: {
      const request = parseBody(inputSchema, body, Object.keys(inputSchema.shape));
      const activation = activationOf(request);
      const addSpecialTokens = request.add_special_tokens ?? true;
      const scores = await scoreTexts(scorer, listOf(request.input), { addSpecialTokens, signal });
      return answerVllm(scores, activation, scorer);
    }
  }
};

/** @throws HttpError 422 a request of two forms: one of the two texts would not be scored */
function formOf(body: unknown): "input" | "messages" | "text" {
  const given = Object.entries(typeof body === "object" && body !== null ? body : {});
  const forms = (["input", "messages", "text"] as const).filter((form) =>
    given.some(([name, value]) => name === form && value !== null),
  );
  const [form = "input", other] = forms;
  if (other === undefined) return form;
  throw new HttpError(422, "INVALID_ARGUMENT", `${EXPECTED}, but received ${forms.join(" and ")}`);
}

function answerVllm(
  scores: readonly Score[],
  activation: (reward: number) => number,
  { description }: ServableScorer,
): unknown {
  return {
    id: `classify-${randomUUID()}`,
    object: "list",
    created: Math.floor(Date.now() / 1000),
    model: description.name,
    data: scores.map(({ reward }, index) => ({
      index,
      label: "LABEL_0",
      probs: [activation(reward)],
      num_classes: 1,
    })),
    usage: { ...usageOf(scores), completion_tokens: 0 },
  };
}

function answerSglang(text: string | readonly string[], scores: readonly Score[]): unknown {
  const answers = scores.map(({ reward, tokenCount }) => ({
    embedding: [reward],
    meta_info: { id: randomUUID(), finish_reason: { type: "length", length: 0 }, prompt_tokens: tokenCount },
  }));
  return typeof text === "string" ? answers[0] : answers;
}

/** Messages are checked by the scorer, whole: what is in them is for the chat template to see. */
function conversationOf(body: z.infer<typeof messagesSchema>): ConversationInput {
  const request = withExactFields(body);
  return withContext(request.messages as ChatMessages, recordContext(request));
}

function listOf(given: string | string[]): string[] {
  return typeof given === "string" ? [given] : given;
}
