import { z } from "zod";
import type { ChatMessages, Message } from "../../../score/conversation/conversation.js";
import { optionalText, text, withSystem } from "./fields.js";

/** Columns of Alpaca's form that change the prompt beside `instruction` and `input`. */
export const ALPACA_COLUMNS = ["system", "history"] as const;

/** Schema of the columns that make the prompt. */
export const alpaca = {
  instruction: text,
  input: optionalText,
  system: optionalText,
  history: z.array(z.tuple([text, text])).nullish(),
};

/**
 * The messages before the answer: the instruction, with the input below it. Source: LLaMA-Factory, `data/README.md` (commit
 * 015ff25), section "Alpaca Format".
 */
export function alpacaPrompt({
  instruction,
  input,
  system,
  history,
}: z.infer<z.ZodObject<typeof alpaca>>): ChatMessages {
  const earlier = (history ?? []).flatMap(([question, answer]): Message[] => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  const content = input === "" ? instruction : `${instruction}\n${input}`;
  return withSystem(system, [...earlier, { role: "user", content }]);
}
