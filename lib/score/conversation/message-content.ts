import { describe, invalidConversation } from "./invalid-conversation.js";
import { checkText, templateData } from "./template-data.js";

/** Text as one part of a message's content. */
export interface TextPart {
  type: "text";
  text: string;
}

/** What APIs call a part that is text. Source: OpenAI's chat completions (`text`) and responses (the others). */
const TEXT_TYPES: readonly unknown[] = ["text", "input_text", "output_text", undefined];
/** Roles whose content is a tool's result (or calls of tools, to Mistral's templates), and may be any JSON value. */
const RESULT_ROLES: ReadonlySet<unknown> = new Set([
  ...["tool", "function", "ipython", "observation"],
  ...["tool_calls", "tool_results"],
]);
/** Fields that a message may consist of in place of content. */
const OTHER_SUBSTANCE = ["tool_calls", "function_call", "reasoning_content", "reasoning", "thinking"];

/**
 * The content of a message as plain data: a text, text parts, or a tool's result; null where other fields are all there is.
 * @throws ConversationError `CONVERSATION_INVALID`: nothing, or parts that are not text
 */
export function checkContent(message: Readonly<Record<string, unknown>>, index: number): unknown {
  const { content, role } = message;
  const where = `the content of message ${index}`;
  if (typeof content === "string") return checkText(content, where);
  if (content === null || content === undefined) {
    if (OTHER_SUBSTANCE.some((field) => isSomething(message[field]))) return content;
  } else if (RESULT_ROLES.has(role) && !isListOfParts(content)) {
    return templateData(content, where);
  } else if (Array.isArray(content) && content.length > 0) {
    return Array.from(content as unknown[], (part) => textPart(part, index));
  }
  throw invalidConversation(
    `Expected a string for content of message ${index} but received ${describe(content)}.`,
  );
}

/** The parts of a content that is a list of text parts. */
export function textParts(content: unknown): readonly TextPart[] | undefined {
  const isParts =
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((part: unknown) => typeof part === "object" && part !== null && isTextPart(part));
  return isParts ? (content as TextPart[]) : undefined;
}

/** The text of a content that is text, or text parts; parts are lines of it, as in vLLM (entrypoints/chat_utils.py 0.11). */
export function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  return textParts(content)
    ?.map(({ text }) => text)
    .join("\n");
}

function textPart(part: unknown, index: number): TextPart {
  const where = `a part of message ${index}`;
  if (typeof part === "string") return { type: "text", text: checkText(part, where) };
  if (typeof part !== "object" || part === null) {
    throw invalidConversation(`Expected text parts in message ${index} but received ${describe(part)}.`);
  }
  // Tables have null in the fields of the other kinds of parts.
  const entries = Object.entries(templateData(part, where) as object).filter(([, value]) => value !== null);
  const { type, text, ...others } = Object.fromEntries(entries) as Record<string, unknown>;
  if (!TEXT_TYPES.includes(type) || typeof text !== "string") {
    throw invalidConversation(
      `Message ${index} has a part of type ${JSON.stringify(type)}, which a model of text cannot be shown. ` +
        "Leave the part out, or say in a text part what it holds.",
      { details: { message: index, partType: type } },
    );
  }
  return { type: "text", text, ...others };
}

function isTextPart(part: object): boolean {
  return "type" in part && part.type === "text" && "text" in part && typeof part.text === "string";
}

/** A tool's result may be a list of anything; parts say their type. */
function isListOfParts(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    content.every(
      (part: unknown) =>
        typeof part === "object" && part !== null && "type" in part && typeof part.type === "string",
    )
  );
}

function isSomething(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return value.length > 0;
  return typeof value === "object" && value !== null;
}
