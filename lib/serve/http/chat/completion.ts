import { z } from "zod";
import { parseJson } from "../../../formats/json/parse-json.js";
import type { ChatMessage } from "../../../score/conversation/conversation.js";
import { HttpError } from "../request/http-error.js";
import type { UpstreamAnswer } from "./upstream.js";

const choiceSchema = z.looseObject({
  message: z.looseObject({
    role: z.string().default("assistant"),
    content: z.string().nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(z.looseObject({})).nullish(),
  }),
});

const completionSchema = z.looseObject({
  choices: z.array(choiceSchema).min(1),
  usage: z
    .looseObject({ prompt_tokens: z.number().default(0), completion_tokens: z.number().default(0) })
    .nullish(),
});

export type Choice = z.infer<typeof choiceSchema>;
export type Completion = z.infer<typeof completionSchema>;

/** One choice of a completion. */
export interface ChatSample {
  /** What the reward model sees: content and calls of tools, not what was thought before. */
  message: ChatMessage;
  choice: Choice;
  completion: Completion;
}

/** The choices of an upstream server's answer. @throws HttpError 502 it is no completion */
export function samplesOf({ body }: UpstreamAnswer): ChatSample[] {
  // As records are read: text that is repaired would be scored as if it were the upstream's, and nothing behind takes any depth.
  const parsed = parseJson(body);
  const result = completionSchema.safeParse(parsed?.value);
  if (!result.success) {
    const problem = parsed === undefined ? "is empty" : (parsed.problem ?? "is no chat completion");
    throw new HttpError(502, "UPSTREAM_INVALID", `The upstream server's answer ${problem}.`);
  }
  const completion = result.data;
  return completion.choices.map((choice) => {
    const { content, refusal, tool_calls } = choice.message;
    const message = {
      // What is sampled is the assistant's turn, whatever the server calls it.
      role: "assistant",
      content: content ?? refusal ?? null,
      ...(tool_calls ? { tool_calls } : {}),
    };
    return { message, choice, completion };
  });
}
