import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { ChatMessages } from "../../../score/conversation/conversation.js";
import type { Layout } from "./layout.js";
import { identity, messages, optionalText, textOrMessages } from "./fields.js";

const schema = z.object({
  ...identity,
  prompt: textOrMessages.nullish(),
  chosen: messages,
  rejected: messages,
  source: optionalText,
  subset: optionalText,
});

/**
 * Chosen and rejected as message lists: Skywork-Reward-Preference (`source` names the origin), UltraFeedback binarized (a
 * text `prompt` repeats the first message) and TRL's conversational format (`prompt` holds the messages before).
 */
export const messagePairLayout: Layout = {
  name: "message-pair",
  title: "message-list preference (Skywork, UltraFeedback, TRL)",
  matches: (row) => isMessages(row["chosen"]) && "rejected" in row,
  parse(row) {
    const { id, prompt, chosen, rejected, source, subset } = schema.parse(row);
    return {
      id,
      subset: subset === "" ? source : subset,
      chosen: [withPrompt(prompt, chosen)],
      rejected: [withPrompt(prompt, rejected)],
    };
  },
};

/** What the list does not itself repeat of the prompt goes in front of it. */
function withPrompt(prompt: string | ChatMessages | null | undefined, list: ChatMessages): ChatMessages {
  if (prompt === null || prompt === undefined) return list;
  const turns: ChatMessages = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  const repeated = overlap(turns, list);
  // An answer must come after a user's turn: a list with another turn there has the prompt in words of its own.
  const hasOwnPrompt = list[0]?.role !== "assistant" && turns.at(-1)?.role === "user";
  return repeated === 0 && hasOwnPrompt ? list : [...turns.slice(0, turns.length - repeated), ...list];
}

/** How many turns at the end of one are the turns at the start of the other. */
function overlap(before: ChatMessages, after: ChatMessages): number {
  for (let count = Math.min(before.length, after.length); count > 0; count--) {
    const end = before.slice(-count);
    if (end.every((message, turn) => isDeepStrictEqual(message, after[turn]))) return count;
  }
  return 0;
}

function isMessages(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof first === "object" && first !== null && "role" in first;
}
