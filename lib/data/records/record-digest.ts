import { createHash } from "node:crypto";
import { asRequest, type ConversationInput } from "../../score/conversation/conversation.js";
import { canonicalJson, orderedJson } from "../../formats/json/canonical-json.js";
import type { RecordEntry, ScoreRecord } from "./record.js";

/** Hexadecimal digits: 64 bits tell the records of any dataset from their rewritten forms. */
const DIGITS = 16;

/**
 * Fingerprint of a record's content and of what scores it. Its id plays no part: resuming goes by both.
 * @param run what the rewards depend on beside the record
 */
export function recordDigest(run: string, { record, error }: RecordEntry): string {
  const content = error === undefined ? canonicalJson(contentOf(record)) : `error ${error.code}`;
  return createHash("sha256").update(run).update("\n").update(content).digest("hex").slice(0, DIGITS);
}

function contentOf({ conversations, pair, ...record }: ScoreRecord): unknown {
  return {
    ...record,
    id: undefined,
    conversations: conversations.map(conversationContent),
    pair: pair && {
      ...pair,
      prompt: typeof pair.prompt === "string" ? pair.prompt : conversationContent(pair.prompt),
    },
  };
}

/** What a message has, in any order; but within its fields, as within tools, the order of keys may be printed. */
function conversationContent(conversation: ConversationInput): unknown {
  const { messages, ...context } = asRequest(conversation);
  return [...messages, context].map((fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, orderedJson(value)])),
  );
}
