import type { ChatMessage } from "../../score/conversation/conversation.js";
import { contentText } from "../../score/conversation/message-content.js";
import { without } from "../../util/collections.js";

/** What a message says, for people and for comparison: its text, with everything else in it as JSON below. */
export function messageText(message: ChatMessage): string {
  const { content } = message;
  const others = without(message, "role", "content");
  const text = contentText(content);
  const rest =
    text === undefined && content !== null && content !== undefined ? { content, ...others } : others;
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  if (given.length === 0) return text ?? "";
  const json = JSON.stringify(Object.fromEntries(given), plain, 2);
  return text === undefined || text === "" ? json : `${text}\n\n${json}`;
}

/** JSON has no big integers and no maps. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
}
