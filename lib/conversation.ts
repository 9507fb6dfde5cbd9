import { ConversationError } from "./errors.js";

/** One turn. `role` is whatever the model's chat template knows: usually `system`, `user`, `assistant`. */
export interface Message {
  role: string;
  content: string;
}

/** What gets one reward: messages in order, the last one usually the assistant's answer. */
export type Conversation = readonly Message[];

/**
 * Checks that a value is a conversation before any text of it is used.
 * @throws ConversationError `CONVERSATION_INVALID`: not a non-empty array of `{ role, content }` strings, or a lone
 * UTF-16 surrogate (it has no UTF-8 form, so the tokens would silently differ from the text).
 */
export function checkConversation(value: unknown): Conversation {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid(`Expected a non-empty array of messages but received ${describe(value)}.`);
  }
  // Not forEach, which passes over the holes of a sparse array.
  for (const [index, message] of (value as unknown[]).entries()) {
    if (typeof message !== "object" || message === null) {
      throw invalid(`Expected message ${index} to be { role, content } but received ${describe(message)}.`);
    }
    for (const field of ["role", "content"] as const) {
      const text: unknown = (message as Record<string, unknown>)[field];
      if (typeof text !== "string") {
        throw invalid(`Expected a string for ${field} of message ${index} but received ${describe(text)}.`);
      }
      if (!text.isWellFormed()) {
        throw invalid(
          `The ${field} of message ${index} has a lone surrogate, which no tokenizer can encode.`,
        );
      }
    }
  }
  return value as Conversation;
}

/**
 * The conversation of a prompt (text, or messages) and one response to it.
 * @throws ConversationError `CONVERSATION_INVALID` for a prompt that is neither
 */
export function withResponse(prompt: string | Conversation, response: string): Conversation {
  const given: unknown = prompt;
  if (typeof given !== "string" && !Array.isArray(given)) {
    throw invalid(`Expected a text or an array of messages for the prompt but received ${describe(given)}.`);
  }
  const messages = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return [...messages, { role: "assistant", content: response }];
}

function invalid(message: string): ConversationError {
  return new ConversationError("CONVERSATION_INVALID", message);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value;
}
