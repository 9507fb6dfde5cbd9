import { z } from "zod";
import type { Conversation, Message } from "../../../score/conversation/conversation.js";
import { unreadable } from "../../../formats/rows.js";
import { text } from "./fields.js";

/**
 * Who speaks, in ShareGPT's words and in those of chat templates. Source: LLaMA-Factory, `data/README.md` (commit 015ff25), and
 * axolotl's `sharegpt`. Tool calls (`function_call`, `observation`, …) have no one way to be written as messages.
 */
const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  user: "user",
  gpt: "assistant",
  assistant: "assistant",
  system: "system",
};

/** One turn; some datasets name the fields as chat templates do. */
export const turn = z.union([
  z.object({ from: text, value: text }),
  z.object({ role: text, content: text }).transform(({ role, content }) => ({ from: role, value: content })),
]);

/** The messages of ShareGPT turns. @throws DatasetError a speaker that is no role of a conversation */
export function shareGptTurns(turns: readonly z.infer<typeof turn>[]): Conversation {
  return turns.map(({ from, value }): Message => {
    const role = ROLES[from];
    if (role !== undefined) return { role, content: value };
    throw unreadable(
      `The conversations have a turn of ${JSON.stringify(from)}, which is none of ${Object.keys(ROLES).join(", ")}. Write the record ` +
        "as messages.",
    );
  });
}
