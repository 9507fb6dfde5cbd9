import type { Conversation } from "llama-reward/electron/renderer";

/** One record of a file, ready to score: one conversation, several answers to one prompt, or a labelled pair. */
export type FileRecord =
  | { id: RecordId; kind: "single" | "several" | "pair"; conversations: Conversation[]; text: string }
  | { id: RecordId; kind: "unreadable"; problem: string; text: string };

/** A record's own id as it is in the file, or its 0-based line number. */
type RecordId = string | number;

type Fields = Readonly<Record<string, unknown>>;

/** Reads JSON Lines. A line that cannot be read becomes a record that says why; blank lines are skipped. */
export function parseRecords(text: string): FileRecord[] {
  const records: FileRecord[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() !== "") records.push(parseRecord(line, index));
  });
  return records;
}

function parseRecord(line: string, index: number): FileRecord {
  let id: RecordId = index;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new Error("not a JSON object");
    const fields = value as Fields;
    if (typeof fields["id"] === "string" || typeof fields["id"] === "number") id = fields["id"];
    return { id, ...conversationsOf(fields) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { id, kind: "unreadable", problem: `Line ${index + 1}: ${problem}`, text: line };
  }
}

function conversationsOf(fields: Fields): {
  kind: "single" | "several" | "pair";
  conversations: Conversation[];
  text: string;
} {
  const { messages, prompt, response, responses, chosen, rejected } = fields;
  if (messages !== undefined) {
    const conversation = conversationOf(messages);
    return { kind: "single", conversations: [conversation], text: lastText(conversation) };
  }
  if (prompt === undefined) throw new Error('needs "messages", or "prompt" with answers');
  const base = typeof prompt === "string" ? [{ role: "user", content: prompt }] : conversationOf(prompt);
  const answered = (answer: unknown): Conversation => {
    if (typeof answer !== "string") throw new Error("an answer is not a text");
    return [...base, { role: "assistant", content: answer }];
  };
  const text = lastText(base);
  if (response !== undefined) return { kind: "single", conversations: [answered(response)], text };
  if (Array.isArray(responses) && responses.length > 0) {
    return { kind: "several", conversations: responses.map(answered), text };
  }
  if (chosen !== undefined && rejected !== undefined) {
    return { kind: "pair", conversations: [answered(chosen), answered(rejected)], text };
  }
  throw new Error('needs "response", "responses", or "chosen" with "rejected"');
}

/** Roles and contents are checked where they are scored; here only what the page itself touches. */
function conversationOf(value: unknown): Conversation {
  if (!Array.isArray(value) || value.length === 0) throw new Error("the messages are not a list");
  return value as Conversation;
}

function lastText(conversation: Conversation): string {
  const content: unknown = conversation.at(-1)?.content;
  return typeof content === "string" ? content : "";
}
