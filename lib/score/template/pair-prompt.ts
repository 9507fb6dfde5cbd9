import type { PromptSpec } from "./prompt-spec.js";
import {
  asRequest,
  type ChatMessage,
  type Conversation,
  type ConversationInput,
} from "../conversation/conversation.js";
import { checkConversation } from "../conversation/check-conversation.js";
import { contentText } from "../conversation/message-content.js";
import { ConversationError } from "../../errors.js";

/** The pieces a pair-preference model's prompt is made of. */
export type PairPieces = NonNullable<PromptSpec["pair"]>;

/**
 * The conversations that ask a pair-preference model which of two responses to `context` is better: first with `a` shown
 * first, then with `b`. Each is one user message, to be built by `PromptBuilder` like any other.
 *
 * A message gets the piece of its place (even: user, odd: assistant), whatever its role says. Contents are inserted in one
 * pass, so that braces in them stay as they are. Source: usage published with RLHFlow/pair-preference-model-LLaMA3-8B.
 *
 * @throws ConversationError `CONVERSATION_INVALID`; also for what this prompt has no place for: tools and the like
 */
export function pairConversations(
  pieces: PairPieces,
  context: ConversationInput,
  a: string,
  b: string,
): [aFirst: Conversation, bFirst: Conversation] {
  const { messages, ...beside } = asRequest(checkConversation(context));
  refuseGiven(beside, "the prompt");
  const contextText = flatten(pieces, messages);
  const ask = (first: string, second: string): Conversation => {
    const values: Readonly<Record<string, string>> = {
      "{context}": contextText,
      "{response_A}": first,
      "{response_B}": second,
    };
    const content = pieces.prompt.replace(
      /\{(?:context|response_A|response_B)\}/g,
      (place) => values[place] ?? place,
    );
    return [{ role: "user", content }];
  };
  return [ask(a, b), ask(b, a)];
}

function flatten({ context }: PairPieces, messages: readonly ChatMessage[]): string {
  const turns = messages.map((message, index) => {
    const { content } = message;
    refuseGiven(
      Object.fromEntries(SEEN_BY_TEMPLATES.map((field) => [field, message[field]])),
      `message ${index}`,
    );
    const text = contentText(content);
    if (text === undefined) throw noPlace("content that is no text", `message ${index}`);
    return (index % 2 === 0 ? context.user : context.assistant) + text;
  });
  return context.before + turns.join("") + context.after;
}

/** Fields of a message that chat templates write and this prompt does not. */
const SEEN_BY_TEMPLATES = [
  "tool_calls",
  "tool_call_id",
  "reasoning_content",
  "reasoning",
  "thinking",
] as const;

function refuseGiven(fields: object, where: string): void {
  const given = Object.entries(fields).find(([, value]) => value !== undefined && value !== null);
  if (given !== undefined) throw noPlace(given[0], where);
}

function noPlace(what: string, where: string): ConversationError {
  return new ConversationError(
    "CONVERSATION_INVALID",
    `The prompt of this model, which compares two answers, has no place for ${what} (${where}). Put into the texts what the model should see.`,
  );
}
