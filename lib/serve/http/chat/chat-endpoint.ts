import { z } from "zod";
import type { EndpointDescription } from "../request/route.js";
import { chatSchema, EXTENSION } from "./chat-request.js";

/** Where OpenAI's clients ask for a chat completion. */
export const CHAT_PATH = "/v1/chat/completions";

const rewarded = { reward: z.number(), std: z.number().optional() };

/** What is said of it where the server's addresses are listed. */
export const CHAT_ENDPOINT: EndpointDescription = {
  paths: [CHAT_PATH],
  summary: "the upstream server's chat completion, the best of several, as OpenAI's clients ask for it",
  body: chatSchema,
  answer: z.looseObject({
    choices: z.array(z.looseObject({ index: z.int() })),
    [EXTENSION]: z.looseObject({
      ...rewarded,
      model: z.string(),
      samples: z.int(),
      failures: z.int(),
      is_good_enough: z.boolean(),
      candidates: z.array(z.looseObject({ index: z.int(), ...rewarded })).optional(),
    }),
  }),
  example: { messages: [{ role: "user", content: "What is 2 + 2?" }], [EXTENSION]: { candidates: true } },
};
