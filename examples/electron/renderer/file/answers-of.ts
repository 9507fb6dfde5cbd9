import type { Conversation, SettledScore } from "llama-reward/electron/renderer";
import { conversationsOf, type ResultRow } from "./file-run.js";

/** One answer of a record, with what came of it. */
export interface RowAnswer {
  /** What it is in its record: `response`, `chosen`, `rejected`, or its number from 0. */
  name: string;
  /** The turns before it: a question's text, or the turns as JSON. */
  prompt: string;
  text: string;
  outcome: SettledScore | undefined;
}

/** The answers of a row in the record's order; none for one that cannot be read. */
export function answersOf({ record, outcomes }: ResultRow): RowAnswer[] {
  return conversationsOf(record).map((conversation, index) => ({
    name:
      record.kind === "pair"
        ? index === 0
          ? "chosen"
          : "rejected"
        : record.kind === "several"
          ? String(index)
          : "response",
    prompt: promptText(conversation.slice(0, -1)),
    text: contentText(conversation.at(-1)?.content),
    outcome: outcomes[index],
  }));
}

function promptText(turns: Conversation): string {
  const [only] = turns;
  if (turns.length === 0) return "";
  return turns.length === 1 && only?.role === "user" ? contentText(only.content) : JSON.stringify(turns);
}

/** Files may hold messages whose content is no text: it is shown as it is. */
const contentText = (content: unknown): string =>
  typeof content === "string" ? content : content === undefined ? "" : JSON.stringify(content);
