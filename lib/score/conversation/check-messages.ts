import type { ChatMessage, ChatMessages } from "./conversation.js";
import { describe, invalidConversation } from "./invalid-conversation.js";
import { checkContent } from "./message-content.js";
import { checkText, templateData } from "./template-data.js";

/**
 * Messages as plain data, all fields of them.
 * @throws ConversationError `CONVERSATION_INVALID`: not a non-empty array of `{ role, content, … }`
 */
export function checkMessages(value: unknown): ChatMessages {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidConversation(`Expected a non-empty array of messages but received ${describe(value)}.`);
  }
  // Array.from takes the holes of a sparse array for undefined.
  return Array.from(value as unknown[], checkMessage);
}

function checkMessage(value: unknown, index: number): ChatMessage {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidConversation(
      `Expected message ${index} to be { role, content } but received ${describe(value)}.`,
    );
  }
  // Read once, so that what is checked is what is scored.
  const message = fieldsOf(value);
  const { role } = message;
  if (typeof role !== "string") {
    throw invalidConversation(
      `Expected a string for role of message ${index} but received ${describe(role)}.`,
    );
  }
  checkText(role, `the role of message ${index}`);
  const entries = Object.entries(message).map(([field, item]) => [
    field,
    field === "role"
      ? role
      : field === "content"
        ? checkContent(message, index)
        : checkField(field, item, index),
  ]);
  if (!("content" in message)) checkContent(message, index);
  return Object.fromEntries(entries) as ChatMessage;
}

function checkField(field: string, value: unknown, index: number): unknown {
  return templateData(
    value,
    `the field ${checkText(field, `a field of message ${index}`)} of message ${index}`,
  );
}

function fieldsOf(message: object): Record<string, unknown> {
  const entries = message instanceof Map ? [...(message as Map<string, unknown>)] : Object.entries(message);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
