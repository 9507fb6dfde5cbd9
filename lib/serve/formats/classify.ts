import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseBody } from "../read-body.js";
import type { RouteHandler } from "../route.js";
import { scoreTexts, sigmoid, usageOf } from "../score-texts.js";

const message = z.object({ role: z.string(), content: z.string() });

const bodySchema = z.union(
  [
    z.object({ input: z.union([z.string(), z.array(z.string())]), use_activation: z.boolean().nullish() }),
    z.object({ messages: z.array(message), use_activation: z.boolean().nullish() }),
  ],
  { error: "expected input (a text or a list of texts), or messages ({ role, content }, …)" },
);

/**
 * The classification request of vLLM and SGLang: `input` is plain text, to which the tokenizer adds its special tokens;
 * `messages` go through the model's chat template. `probs` holds the raw reward unless `use_activation` is asked for.
 * Source: vLLM's documentation of its Classification API.
 */
export const classify: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(bodySchema, body);
  const scores =
    "messages" in request
      ? [await scorer.score(request.messages, { signal })]
      : await scoreTexts(scorer, typeof request.input === "string" ? [request.input] : request.input, {
          addSpecialTokens: true,
          signal,
        });
  return {
    id: `classify-${randomUUID()}`,
    object: "list",
    created: Math.floor(Date.now() / 1000),
    model: scorer.description.name,
    data: scores.map(({ reward }, index) => ({
      index,
      label: "LABEL_0",
      probs: [request.use_activation === true ? sigmoid(reward) : reward],
      num_classes: 1,
    })),
    usage: { ...usageOf(scores), completion_tokens: 0 },
  };
};
