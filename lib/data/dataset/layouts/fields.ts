import { z } from "zod";
import type { ChatMessages } from "../../../score/conversation/conversation.js";
import { checkMessages } from "../../../score/conversation/check-messages.js";

/** Schemas of fields that several layouts share. Unknown columns are always ignored. */

export const text = z.string();
/** Whole messages: what is in them is for the chat template to see. */
export const messages = z.array(z.unknown()).min(1).transform(checkMessages);
export const textOrMessages = z.union([text, messages]);
export const texts = z.array(text).min(1);

/** Columns that say which record it is; datasets write missing ids as null, or as NaN in a column of numbers. */
export const identity = {
  id: z
    .union([z.string(), z.number(), z.nan()])
    .nullish()
    .transform((id) => (id === null || Number.isNaN(id) ? undefined : id)),
};

/** A column that may be missing or null. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** One conversation for each answer to a prompt. */
export function answersTo(prompt: string | ChatMessages, responses: readonly string[]): ChatMessages[] {
  const turns = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return responses.map((response) => [...turns, { role: "assistant", content: response }]);
}

/** Puts a system text in front, unless it is empty or the messages have one of their own. */
export function withSystem(system: string, turns: ChatMessages): ChatMessages {
  return system === "" || turns[0]?.role === "system"
    ? turns
    : [{ role: "system", content: system }, ...turns];
}
