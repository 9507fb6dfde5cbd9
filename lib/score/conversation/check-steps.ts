import { describe, invalidConversation } from "./invalid-conversation.js";
import { checkText } from "./template-data.js";

/**
 * The steps of an answer as plain data.
 * @throws ConversationError `CONVERSATION_INVALID`: no list of texts, none of them, or an empty one, which nothing could be said of
 */
export function checkSteps(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidConversation(
      `Expected a non-empty array of texts for steps but received ${describe(value)}.`,
    );
  }
  return Array.from(value as unknown[], (step, index) => {
    if (typeof step !== "string") {
      throw invalidConversation(`Expected a text for step ${index} but received ${describe(step)}.`);
    }
    if (step.trim() === "") {
      throw invalidConversation(`Step ${index} is empty. Leave it out: there is nothing in it to reward.`);
    }
    return checkText(step, `step ${index}`);
  });
}
