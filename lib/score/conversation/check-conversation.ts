import { checkMessages } from "./check-messages.js";
import { checkContext } from "./check-context.js";
import { checkSteps } from "./check-steps.js";
import type { ConversationRequest, ConversationInput } from "./conversation.js";

/**
 * Checks that a value is a conversation before any text of it is used.
 * @returns a copy of plain data: what was checked is what is scored, and it can travel to another process
 * @throws ConversationError `CONVERSATION_INVALID`: no messages, or something that no chat template can be given
 */
export function checkConversation(value: unknown): ConversationInput {
  const isRequest =
    typeof value === "object" && value !== null && !Array.isArray(value) && "messages" in value;
  if (!isRequest) return checkMessages(value);
  const { messages, steps, ...context } = value as ConversationRequest;
  return {
    messages: checkMessages(messages),
    ...(steps === undefined || steps === null ? {} : { steps: checkSteps(steps) }),
    ...checkContext(context),
  };
}
