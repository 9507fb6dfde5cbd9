import type { Conversation } from "../conversation.js";
import {
  ConversationError,
  InvalidArgumentError,
  ScoreError,
  TemplateError,
  type RewardError,
} from "../errors.js";
import type { Comparison, Scorer, ScoreOptions, SettledScore } from "../score.js";
import type { RecordEntry, ScoreRecord } from "./record.js";

/** A record with what the model made of it, or the error that took its place. */
export type RecordOutcome = Pick<RecordEntry, "id"> &
  (
    | { record: ScoreRecord; scores: readonly SettledScore[]; comparison?: undefined; error?: undefined }
    | { record: ScoreRecord; comparison: Comparison; scores?: undefined; error?: undefined }
    | { error: RewardError; record?: undefined; scores?: undefined; comparison?: undefined }
  );

/**
 * Scores the conversations of all records as one stream, so that the engine packs across records, and gives the records
 * back in order, each as soon as its last conversation is scored. Only records under way are held in memory.
 */
export function scoreRecords(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  return scorer.description.task === "compare"
    ? compareRecords(entries, scorer, options)
    : scoreConversations(entries, scorer, options);
}

async function* scoreConversations(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  const waiting: RecordEntry[] = [];
  async function* conversations(): AsyncIterable<Conversation> {
    for await (const entry of entries) {
      waiting.push(entry);
      if (entry.record !== undefined) yield* entry.record.conversations;
    }
  }
  let scores: SettledScore[] = [];
  for await (const settled of scorer.scoreManySettled(conversations(), options)) {
    yield* takeErrors(waiting);
    scores.push(settled);
    const record = waiting[0]?.record;
    if (record === undefined || scores.length < record.conversations.length) continue;
    waiting.shift();
    yield { id: record.id, record, scores };
    scores = [];
  }
  yield* takeErrors(waiting);
}

/** Entries without a record at the front: nothing of theirs is in the stream of scores. */
function* takeErrors(waiting: RecordEntry[]): Iterable<RecordOutcome> {
  for (let entry = waiting[0]; entry?.error !== undefined; entry = waiting[0]) {
    waiting.shift();
    yield { id: entry.id, error: entry.error };
  }
}

/** Records for a model that only compares: pairs are compared, anything else gets the model's own refusal. */
async function* compareRecords(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  for await (const entry of entries) {
    const { id, record, error } = entry;
    if (error !== undefined) {
      yield { id, error };
      continue;
    }
    try {
      yield await compareRecord(id, record, scorer, options);
    } catch (cause) {
      if (!isOfRecord(cause)) throw cause;
      yield { id, error: cause };
    }
  }
}

/** Any other error is the model's (no memory, no host, …): the next record would fail, too, and could never be resumed. */
function isOfRecord(error: unknown): error is RewardError {
  return [ConversationError, TemplateError, ScoreError, InvalidArgumentError].some(
    (kind) => error instanceof kind,
  );
}

async function compareRecord(
  id: RecordEntry["id"],
  record: ScoreRecord,
  scorer: Scorer,
  options?: ScoreOptions,
): Promise<RecordOutcome> {
  if (record.pair !== undefined) {
    const { prompt, a, b } = record.pair;
    return { id, record, comparison: await scorer.compare(prompt, a, b, options) };
  }
  const scores: SettledScore[] = [];
  for (const conversation of record.conversations)
    scores.push({ score: await scorer.score(conversation, options) });
  return { id, record, scores };
}
