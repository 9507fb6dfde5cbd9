import type { Conversation, Message } from "../../../score/conversation/conversation.js";
import { unreadable } from "../../../formats/rows.js";

/** Earlier turns of a HelpSteer2 prompt follow a marker line with the speaker's name; the first turn is the user's. */
const HELPSTEER_MARK = /\n?<extra_id_1>(User|Assistant)\n/;

/** The turns of a HelpSteer2 prompt. Source: the dataset's card, nvidia/HelpSteer2, which has the marks in all its parts. */
export function helpSteerTurns(prompt: string): Conversation {
  const parts = prompt.split(HELPSTEER_MARK);
  const turns: Message[] = [{ role: "user", content: parts[0] ?? "" }];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    turns.push({ role: (parts[index] ?? "").toLowerCase(), content: parts[index + 1] ?? "" });
  }
  return turns;
}

const DIALOGUE_MARK = /\n\n(Human|Assistant): ?/;

/** Whether a text is a dialogue as Anthropic writes it: `"\n\nHuman: …\n\nAssistant: …"`. */
export function isDialogue(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("\n\nHuman:") && value.includes("\n\nAssistant:");
}

/**
 * The turns of a dialogue with marks, to its last answer. Contents stand as they are between the marks.
 * Source: trl, `examples/datasets/hh-rlhf-helpful-base.py` (commit 0ad367a), `extract_dialogue`.
 * @throws DatasetError it does not end with an answer
 */
export function dialogueTurns(text: string): Conversation {
  const parts = text.split(DIALOGUE_MARK);
  const turns: Message[] = [];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    turns.push({ role: parts[index] === "Human" ? "user" : "assistant", content: parts[index + 1] ?? "" });
  }
  if (turns.at(-1)?.role !== "assistant") {
    throw unreadable(
      "A dialogue of \\n\\nHuman: and \\n\\nAssistant: does not end with an answer, so there is nothing to score.",
    );
  }
  return turns;
}
