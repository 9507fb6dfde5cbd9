import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Score } from "../../../score/score.js";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint, RouteHandler } from "../request/route.js";
import { scoreTexts, usageOf } from "../request/score-texts.js";
import { listFields, listHead, rewardSchema, usageSchema } from "./answer-parts.js";
import { formOf, inputSchema, listOf, messagesSchema, scoreVllm, textsSchema } from "./vllm-input.js";

const sglangSchema = z.object({ model: z.unknown().optional(), text: textsSchema });

const vllmAnswer = z.object({
  ...listFields,
  data: z.array(
    z.object({
      index: z.int(),
      label: z.string(),
      probs: z.array(rewardSchema),
      num_classes: z.int(),
    }),
  ),
  usage: usageSchema,
});

const sglangAnswer = z.object({
  embedding: z.array(rewardSchema),
  meta_info: z.object({
    id: z.string(),
    finish_reason: z.object({ type: z.string(), length: z.int() }),
    prompt_tokens: z.int(),
  }),
});

const classifyVllm: RouteHandler = async (body, context) => {
  const { scores, activation } = await scoreVllm(body, context);
  return {
    ...listHead("classify", context.scorer.description.name, randomUUID()),
    data: scores.map(({ reward }, index) => ({
      index,
      label: "LABEL_0",
      probs: [activation(reward)],
      num_classes: 1,
    })),
    usage: { ...usageOf(scores), completion_tokens: 0 },
  };
};

const handler: RouteHandler = async (body, context) => {
  if (formOf(body, ["input", "messages", "text"]) !== "text") return classifyVllm(body, context);
  const { text } = parseBody(sglangSchema, body);
  const { scorer, signal } = context;
  return answerSglang(text, await scoreTexts(scorer, listOf(text), { addSpecialTokens: true, signal }));
};

/**
 * The classification requests of vLLM and SGLang. vLLM's `probs` holds the raw reward unless `use_activation` is asked for.
 * SGLang's own form has `text`, to which the tokenizer adds its special tokens, too, and answers
 * `[{ embedding: [reward] }, …]`, or one of them for one text.
 * Source: vLLM's Classification API, `vllm/entrypoints/pooling/classify/protocol.py` (0.20); SGLang's native API, section
 * "Classify (reward model)".
 */
export const classify: Endpoint = {
  paths: ["/classify", "/v1/classify"],
  summary: "vLLM's and SGLang's classification of texts or messages; verl's reward loop",
  body: z.union([inputSchema, messagesSchema, sglangSchema]),
  answer: z.union([vllmAnswer, sglangAnswer, z.array(sglangAnswer)]),
  example: {
    messages: [
      { role: "user", content: "What is 2 + 2?" },
      { role: "assistant", content: "4." },
    ],
  },
  handler,
};

function answerSglang(text: string | readonly string[], scores: readonly Score[]): unknown {
  const answers = scores.map(({ reward, tokenCount }) => ({
    embedding: [reward],
    meta_info: { id: randomUUID(), finish_reason: { type: "length", length: 0 }, prompt_tokens: tokenCount },
  }));
  return typeof text === "string" ? answers[0] : answers;
}
