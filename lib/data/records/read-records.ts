import type { Dataset } from "../dataset/dataset.js";
import { z } from "zod";
import {
  withAnswer,
  withContext,
  type ChatMessages,
  type ConversationInput,
} from "../../score/conversation/conversation.js";
import { checkConversation } from "../../score/conversation/check-conversation.js";
import { atLine, unreadable, type DatasetRow } from "../../formats/rows.js";
import { withExactFields } from "../dataset/exact-fields.js";
import { detectLayout, parseItem } from "../dataset/parse-item.js";
import { parseForm } from "../dataset/forms/index.js";
import { hhRlhfLayout } from "../dataset/layouts/hh-rlhf.js";
import { LAYOUTS } from "../dataset/layouts/index.js";
import { recordContext } from "../dataset/record-context.js";
import { refuseUnheard } from "../dataset/unheard-columns.js";
import { withUnreadableColumns } from "../../formats/parquet/unreadable.js";
import { ConversationError, RewardError } from "../../errors.js";
import { itemRecord } from "./item-record.js";
import type { RecordId, ScoreRecord, RecordEntry } from "./record.js";
import { zodProblems } from "../../util/zod-problems.js";

const idSchema = z.union([z.string(), z.number()]);

const promptSchema = z.union([z.string(), z.array(z.unknown())]);

const messages = z.object({ messages: z.array(z.unknown()) });

const response = z.object({ prompt: promptSchema, response: z.string() });

const stepList = z.array(z.string()).min(1);

const responses = z.object({
  prompt: promptSchema,
  responses: z.array(z.union([z.string(), stepList])).min(1),
});

const steps = z.object({ prompt: promptSchema, steps: stepList });

const pair = z.object({ prompt: promptSchema, chosen: z.string(), rejected: z.string() });

/**
 * The records of a dataset, bad ones as errors in place.
 * @throws DatasetError with `isStrict`, the first bad record
 */
export async function* readRecords(dataset: Dataset, isStrict: boolean): AsyncIterable<RecordEntry> {
  for await (const row of dataset.rows()) {
    const entry = readRecord(row);
    if (isStrict && entry.error !== undefined) throw entry.error;
    yield entry;
  }
}

/**
 * Reads one row of input. Never throws for what a user may have written: the error is in the entry.
 * @example
 * ```ts
 * import { readRecord } from "llama-reward/data";
 *
 * const { record, error } = readRecord({ line: 0, value: { prompt: "What is 2 + 2?", response: "4." } });
 * console.log(error?.message ?? record?.kind); // conversation
 * ```
 */
export function readRecord({ line, value, error }: DatasetRow): RecordEntry {
  if (error !== undefined) return { id: line, error };
  const id = idOf(value) ?? line;
  try {
    return { id, record: { ...parseRecord(value, line), id } };
  } catch (cause) {
    if (!(cause instanceof RewardError)) throw cause;
    const located = cause instanceof ConversationError ? atLine(cause, line) : (cause as RewardError);
    return { id, error: withUnreadableColumns(located, value) };
  }
}

/**
 * The forms of the contract; labelled answers in the columns of a known dataset are taken too.
 * @throws DatasetError `DATASET_INVALID` no such form; ConversationError `CONVERSATION_INVALID`
 */
function parseRecord(value: unknown, line: number): Omit<ScoreRecord, "id"> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unreadable(`Line ${line + 1} is no record: expected a JSON object.`);
  }
  const fields = withoutNulls(withExactFields(value));
  const id = fields["id"];
  if (id !== undefined && idOf(fields) === undefined) {
    throw unreadable(
      `Line ${line + 1}: expected a string or number for id but received ${JSON.stringify(id)}.`,
    );
  }
  const formed = parseForm(fields, line);
  if (formed !== undefined) {
    const request = withContext(formed, recordContext(fields));
    return { kind: "conversation", conversations: [checkConversation(request)] };
  }
  if ("chosen" in fields || "rejected" in fields) return parsePair(fields, line);
  if (LAYOUTS.some((layout) => layout.matches(fields))) return parseLabelled(fields, line);
  refuseUnheard(fields, line);
  if ("responses" in fields) {
    const { prompt, responses: texts } = parse(responses, fields, line);
    const request = withContextOf(fields, prompt);
    return { kind: "candidates", conversations: texts.map((text) => conversation(request, text)) };
  }
  if ("response" in fields) {
    const record = parse(response, fields, line);
    const request = withContextOf(fields, record.prompt);
    return { kind: "conversation", conversations: [conversation(request, record.response)] };
  }
  if ("steps" in fields && "prompt" in fields) {
    const record = parse(steps, fields, line);
    const request = withContextOf(fields, record.prompt);
    return { kind: "conversation", conversations: [conversation(request, record.steps)] };
  }
  if ("messages" in fields) {
    const request = withContextOf(fields, parse(messages, fields, line).messages);
    return { kind: "conversation", conversations: [checkConversation(request)] };
  }
  throw unreadable(
    `Line ${line + 1} has the fields ${Object.keys(fields).join(", ") || "(none)"}, so there is nothing to score. Expected ` +
      "messages; prompt and response; prompt and responses; prompt and steps; prompt, chosen and rejected; or the columns of a known dataset.",
  );
}

function parsePair(fields: Readonly<Record<string, unknown>>, line: number): Omit<ScoreRecord, "id"> {
  const parsed = pair.safeParse(fields);
  if (!parsed.success || hhRlhfLayout.matches(fields)) return parseLabelled(fields, line);
  refuseUnheard(fields, line);
  const { prompt, chosen, rejected } = parsed.data;
  const request = withContextOf(fields, prompt);
  return {
    kind: "pair",
    conversations: [conversation(request, chosen), conversation(request, rejected)],
    pair: {
      prompt: typeof prompt === "string" && Array.isArray(request) ? prompt : checkConversation(request),
      a: chosen,
      b: rejected,
    },
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

/** A prompt's messages with what the record has beside them. */
function withContextOf(
  fields: Readonly<Record<string, unknown>>,
  prompt: string | unknown[],
): ConversationInput {
  const turns = typeof prompt === "string" ? [{ role: "user", content: prompt }] : (prompt as ChatMessages);
  return withContext(turns, recordContext(fields));
}

function conversation(prompt: ConversationInput, answer: string | readonly string[]): ConversationInput {
  return checkConversation(withAnswer(prompt, answer));
}

function parse<T>(schema: z.ZodType<T>, fields: unknown, line: number): T {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const problems = zodProblems(parsed.error, "record").join("; ");
  throw unreadable(`Line ${line + 1} is no record of score: ${problems}.`);
}

/** Tables have null where JSON has no field, and NaN for an id that is missing among numbers. */
function withoutNulls(value: object): Record<string, unknown> {
  const isMissing = (name: string, field: unknown): boolean =>
    field === null || (name === "id" && Number.isNaN(field));
  return Object.fromEntries(Object.entries(value).filter(([name, field]) => !isMissing(name, field)));
}

function idOf(value: unknown): RecordId | undefined {
  const id: unknown = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return idSchema.safeParse(id).data;
}
