import { z } from "zod";
import { checkConversation, withResponse, type Conversation } from "../conversation.js";
import { unreadable, type DatasetRow } from "../dataset/dataset-row.js";
import { detectLayout, parseItem } from "../dataset/layout.js";
import { LAYOUTS } from "../dataset/layouts/index.js";
import { ConversationError, RewardError } from "../errors.js";
import { itemRecord } from "../eval/item-records.js";

/** A record's own id, or its 0-based line number. */
export type RecordId = string | number;

/** Two answers to one prompt, as models that only compare want them. */
export interface PairRequest {
  prompt: string | Conversation;
  a: string;
  b: string;
}

/** One record to score, whatever its form: the conversations in it, in the order its output names them. */
export interface ScoreRecord {
  id: RecordId;
  /** `pair`: two conversations, the chosen one first. */
  kind: "conversation" | "candidates" | "pair";
  conversations: readonly Conversation[];
  /** For pairs of texts that share their prompt. */
  pair?: PairRequest;
}

/** A record, or why there is none. */
export type RecordEntry =
  | { id: RecordId; record: ScoreRecord; error?: undefined }
  | { id: RecordId; error: RewardError; record?: undefined };

const idSchema = z.union([z.string(), z.number()]);
const promptSchema = z.union([z.string(), z.array(z.unknown())]);
const messages = z.object({ messages: z.array(z.unknown()) });
const response = z.object({ prompt: promptSchema, response: z.string() });
const responses = z.object({ prompt: promptSchema, responses: z.array(z.string()).min(1) });
const pair = z.object({ prompt: promptSchema, chosen: z.string(), rejected: z.string() });

/** Reads one row of input. Never throws for what a user may have written: the error is in the entry. */
export function readRecord({ line, value, error }: DatasetRow): RecordEntry {
  if (error !== undefined) return { id: line, error };
  const id = idOf(value) ?? line;
  try {
    return { id, record: { ...parseRecord(value, line), id } };
  } catch (cause) {
    if (!(cause instanceof RewardError)) throw cause;
    return { id, error: atLine(cause as RewardError, line) };
  }
}

/** Errors of conversations know no line. */
function atLine(error: RewardError, line: number): RewardError {
  if (!(error instanceof ConversationError)) return error;
  const { code, message, details } = error;
  return new ConversationError(code, `Line ${line + 1}: ${message}`, { cause: error, details });
}

/**
 * The forms of the contract; labelled answers in the columns of a known dataset are taken too.
 * @throws DatasetError `DATASET_INVALID` no such form; ConversationError `CONVERSATION_INVALID`
 */
function parseRecord(value: unknown, line: number): Omit<ScoreRecord, "id"> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unreadable(`Line ${line + 1} is no record: expected a JSON object.`);
  }
  const fields = withoutNulls(value);
  const id = fields["id"];
  if (id !== undefined && idOf(fields) === undefined) {
    throw unreadable(
      `Line ${line + 1}: expected a string or number for id but received ${JSON.stringify(id)}.`,
    );
  }
  if ("chosen" in fields || "rejected" in fields) return parsePair(fields, line);
  if ("responses" in fields) {
    const { prompt, responses: texts } = parse(responses, fields, line);
    return { kind: "candidates", conversations: texts.map((text) => conversation(prompt, text)) };
  }
  if ("response" in fields) {
    const record = parse(response, fields, line);
    return { kind: "conversation", conversations: [conversation(record.prompt, record.response)] };
  }
  if ("messages" in fields) {
    return {
      kind: "conversation",
      conversations: [checkConversation(parse(messages, fields, line).messages)],
    };
  }
  if (!LAYOUTS.some((layout) => layout.matches(fields))) {
    throw unreadable(
      `Line ${line + 1} has the fields ${Object.keys(fields).join(", ") || "(none)"}, so there is nothing to score. Expected ` +
        "messages; prompt and response; prompt and responses; prompt, chosen and rejected; or the columns of a known dataset.",
    );
  }
  return parseLabelled(fields, line);
}

function parsePair(fields: Readonly<Record<string, unknown>>, line: number): Omit<ScoreRecord, "id"> {
  const parsed = pair.safeParse(fields);
  if (!parsed.success) return parseLabelled(fields, line);
  const { prompt, chosen, rejected } = parsed.data;
  const checked = typeof prompt === "string" ? prompt : checkConversation(prompt);
  return {
    kind: "pair",
    conversations: [conversation(prompt, chosen), conversation(prompt, rejected)],
    pair: { prompt: checked, a: chosen, b: rejected },
  };
}

/** Rows of published datasets. More than one chosen or rejected answer makes candidates, chosen ones first. */
function parseLabelled(fields: Readonly<Record<string, unknown>>, line: number): Omit<ScoreRecord, "id"> {
  const item = parseItem(detectLayout(fields, line), fields, line);
  if (item === undefined) {
    throw unreadable(`Line ${line + 1} states no preference, so there is nothing to compare.`);
  }
  const { record, error } = itemRecord({ line, id: line, item });
  if (error !== undefined) throw error;
  return record;
}

function conversation(prompt: string | unknown[], text: string): Conversation {
  return checkConversation(withResponse(prompt as string | Conversation, text));
}

function parse<T>(schema: z.ZodType<T>, fields: unknown, line: number): T {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "record"}: ${message}`,
  );
  throw unreadable(`Line ${line + 1} is no record of score: ${problems.join("; ")}.`);
}

/** Tables have null where JSON has no field. */
function withoutNulls(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

function idOf(value: unknown): RecordId | undefined {
  const id: unknown = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return idSchema.safeParse(id).data;
}
