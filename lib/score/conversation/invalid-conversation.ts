import { ConversationError } from "../../errors.js";

/** The error for what is no conversation, or has something in it that no chat template can be given. */
export function invalidConversation(
  message: string,
  options?: { details: Readonly<Record<string, unknown>> },
): ConversationError {
  return new ConversationError("CONVERSATION_INVALID", message, options);
}

/** What kind of value it is, for such an error. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value;
}
