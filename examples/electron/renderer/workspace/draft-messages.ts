import type { Message } from "llama-reward/electron/renderer";

type Messages = readonly Message[];

/** One more turn, by whose turn it is. */
export function withTurn(messages: Messages): Message[] {
  const role = messages.at(-1)?.role === "user" ? "assistant" : "user";
  return [...messages, { role, content: "" }];
}

/** A system prompt in front, unless there is one. */
export function withSystemPrompt(messages: Messages): Message[] {
  return hasSystemPrompt(messages) ? [...messages] : [{ role: "system", content: "" }, ...messages];
}

export const hasSystemPrompt = (messages: Messages): boolean => messages[0]?.role === "system";

export function withMessage(messages: Messages, index: number, part: Partial<Message>): Message[] {
  return messages.map((message, place) => (place === index ? { ...message, ...part } : message));
}

/** Without one turn; one always stays. */
export function withoutMessage(messages: Messages, index: number): Message[] {
  return messages.length === 1 ? [...messages] : messages.filter((_, place) => place !== index);
}

/** A turn before the one that it follows. */
export function movedUp(messages: Messages, index: number): Message[] {
  const moved = messages[index];
  if (moved === undefined || index === 0) return [...messages];
  const others = withoutMessage(messages, index);
  return [...others.slice(0, index - 1), moved, ...others.slice(index - 1)];
}
