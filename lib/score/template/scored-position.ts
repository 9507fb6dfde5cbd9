import type { PromptSpec } from "./prompt-spec.js";
import { ConversationError } from "../../errors.js";

/**
 * Index of the token whose hidden state the head scores.
 *
 * - `last`: the last token (GRM: last place of the attention mask; RewardBench models/grm.py).
 * - `last-non-pad`: the rightmost token that is not padding (transformers pull request 35911).
 * - `before-first-pad`: the place before the first padding token, even one that the text spells; the last token when there
 *   is none, or nothing before it (the published classes of ArmoRM, QRM, INF-ORM and Starling-RM-34B count from the end then).
 *
 * @throws ConversationError `CONVERSATION_UNSCORABLE`: nothing but padding
 */
export function scoredPosition(
  tokens: Int32Array,
  { position, padToken }: Pick<PromptSpec, "position" | "padToken">,
): number {
  const last = tokens.length - 1;
  if (last < 0) throw unscorable("The rendered prompt has no tokens, so there is nothing to score.");
  if (padToken === null || position === "last") return last;
  if (position === "before-first-pad") {
    const firstPad = tokens.indexOf(padToken);
    return firstPad > 0 ? firstPad - 1 : last;
  }
  const index = tokens.findLastIndex((token) => token !== padToken);
  if (index < 0) {
    throw unscorable(
      `All ${tokens.length} tokens are the padding token ${padToken}, so there is nothing to score.`,
    );
  }
  return index;
}

/**
 * Where the gate of a head looks: the first token of the last occurrence of `pattern`.
 * @param pattern tokens of `text`, which marks the prompt's end.
 * @throws ConversationError `CONVERSATION_UNSCORABLE`: it does not occur
 */
export function gatingPosition(tokens: Int32Array, pattern: Int32Array, text: string): number {
  for (let start = tokens.length - pattern.length; start >= 0; start--) {
    if (pattern.every((token, offset) => tokens[start + offset] === token)) return start;
  }
  throw unscorable(
    `The prompt does not contain ${JSON.stringify(text)}, where this head's gate looks. Score a conversation with an assistant's answer.`,
  );
}

function unscorable(message: string): ConversationError {
  return new ConversationError("CONVERSATION_UNSCORABLE", message);
}
