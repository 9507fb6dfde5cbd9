import { ConversationError } from "../../errors.js";
import {
  withContext,
  type ConversationInput,
  type ConversationRequest,
} from "../conversation/conversation.js";

/** What a conversation's last message answers. */
export interface TurnsBefore {
  turns: ConversationInput;
  /** Checks that the turns are written alike with and without the answer. @throws ConversationError `CONVERSATION_UNSCORABLE` */
  checkBeginning: (whole: string, rendered: string) => void;
}

/** @throws ConversationError `CONVERSATION_UNSCORABLE`: there is no answer, or nothing before it */
export function turnsBefore({ messages, ...context }: ConversationRequest): TurnsBefore {
  const turns = messages.slice(0, -1);
  if (messages.at(-1)?.role !== "assistant" || turns.length === 0) {
    throw unscorable(
      "The tokens of an answer are looked at, so the last message must be the assistant's, with one before it that it answers.",
    );
  }
  return {
    turns: withContext(turns, context),
    checkBeginning(whole, rendered) {
      if (whole.startsWith(rendered.trimEnd())) return;
      throw unscorable(
        "This model's chat template writes the turns before an answer otherwise when the answer follows, so where it begins cannot be told.",
      );
    },
  };
}

/**
 * Index of the first token that the turns before an answer do not have at that place. Where the end of the turns and the beginning of
 * the answer make one token, that is the first. Source: RewardBench rewardbench/dpo.py (`build_tokenized_answer`).
 * @throws ConversationError `CONVERSATION_UNSCORABLE`: the answer has no token, or none before it
 */
export function answerStart(before: ArrayLike<number>, whole: ArrayLike<number>): number {
  let start = 0;
  while (start < before.length && start < whole.length && before[start] === whole[start]) start++;
  if (start > 0 && start < whole.length) return start;
  throw unscorable(
    start === 0
      ? "The answer's first token has none before it, so that it has no probability. Give the turns that it answers."
      : "The answer has no tokens.",
  );
}

function unscorable(message: string): ConversationError {
  return new ConversationError("CONVERSATION_UNSCORABLE", message);
}
