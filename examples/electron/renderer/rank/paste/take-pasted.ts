import { withAnswers, type Draft } from "../../workspace/draft.js";
import type { RecordParts } from "./read-record.js";

/** A draft with what was pasted in it: a conversation takes the place of the old one, answers fill empty fields first. */
export function takePasted(draft: Draft, { messages, answers }: RecordParts): Draft {
  return withAnswers(messages === undefined ? draft : { ...draft, messages }, answers);
}

/** What came of a paste, in words. */
export function describePasted({ messages, answers }: RecordParts): string {
  const parts = [
    messages === undefined ? undefined : counted(messages.length, "message"),
    answers.length === 0 ? undefined : counted(answers.length, "answer"),
  ];
  return `Pasted ${parts.filter((part) => part !== undefined).join(" and ")}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
