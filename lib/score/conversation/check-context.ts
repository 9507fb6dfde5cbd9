import type { TemplateContext } from "./conversation.js";
import { describe, invalidConversation } from "./invalid-conversation.js";
import { templateData } from "./template-data.js";

/**
 * What stands beside the messages, as plain data.
 * @throws ConversationError `CONVERSATION_INVALID`: a wrong kind of value, or a field of another name, which would do nothing
 */
export function checkContext(context: Readonly<Record<string, unknown>> | TemplateContext): TemplateContext {
  const { tools, documents, chatTemplateKwargs, ...others } = context as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw invalidConversation(
      `Expected messages, tools, documents and chatTemplateKwargs for a conversation but received ${unknown}.`,
    );
  }
  return {
    ...(isGiven(tools) ? { tools: listOfObjects(tools, "tools") } : {}),
    ...(isGiven(documents) ? { documents: listOfObjects(documents, "documents") } : {}),
    ...(isGiven(chatTemplateKwargs)
      ? { chatTemplateKwargs: mapping(chatTemplateKwargs, "chat_template_kwargs") }
      : {}),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function listOfObjects(value: unknown, name: string): object[] {
  if (!Array.isArray(value)) {
    throw invalidConversation(`Expected a list of objects for ${name} but received ${describe(value)}.`);
  }
  return Array.from(value as unknown[], (item) => mapping(item, `an item of ${name}`));
}

function mapping(value: unknown, name: string): Record<string, unknown> {
  const data = typeof value === "object" && value !== null ? templateData(value, name) : undefined;
  if (data === undefined || Array.isArray(data) || !isMapping(data as object)) {
    throw invalidConversation(`Expected an object for ${name} but received ${describe(value)}.`);
  }
  return data as Record<string, unknown>;
}

function isMapping(data: object): boolean {
  return data instanceof Map || Object.prototype.toString.call(data) === "[object Object]";
}
