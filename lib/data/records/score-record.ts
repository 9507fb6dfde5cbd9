import {
  ConversationError,
  InvalidArgumentError,
  ScoreError,
  TemplateError,
  type RewardError,
} from "../../errors.js";
import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { Comparison, Scorer, ScoreOptions, SettledScore } from "../../score/score.js";
import type { RecordEntry, ScoreRecord } from "./record.js";

/** A record with what the model made of it, or the error that took its place. */
export type RecordOutcome = Pick<RecordEntry, "id"> &
  (
    | { record: ScoreRecord; scores: readonly SettledScore[]; comparison?: undefined; error?: undefined }
    | { record: ScoreRecord; comparison: Comparison; scores?: undefined; error?: undefined }
    | { error: RewardError; record?: undefined; scores?: undefined; comparison?: undefined }
  );

/** Scores one record: what {@link scoreRecords} makes of it, without what a stream of them takes. */
export async function scoreRecord(
  entry: RecordEntry,
  scorer: Scorer,
  options?: ScoreOptions,
): Promise<RecordOutcome> {
  if (scorer.description.task === "compare") return compareRecord(entry, scorer, options);
  const { id, record, error } = entry;
  if (error !== undefined) return { id, error };
  const { conversations } = record;
  const [first] = conversations;
  if (first !== undefined && conversations.length === 1)
    return { id, record, scores: [await settledScore(first, scorer, options)] };
  const scores: SettledScore[] = [];
  for await (const settled of scorer.scoreManySettled(conversations, options)) scores.push(settled);
  return { id, record, scores };
}

/** A record for a model that only compares: a pair is compared, anything else gets the model's own refusal. */
export async function compareRecord(
  entry: RecordEntry,
  scorer: Scorer,
  options?: ScoreOptions,
): Promise<RecordOutcome> {
  const { id, record, error } = entry;
  if (error !== undefined) return { id, error };
  try {
    if (record.pair !== undefined) {
      const { prompt, a, b } = record.pair;
      return { id, record, comparison: await scorer.compare(prompt, a, b, options) };
    }
    const scores: SettledScore[] = [];
    for (const conversation of record.conversations)
      scores.push({ score: await scorer.score(conversation, options) });
    return { id, record, scores };
  } catch (cause) {
    if (!isOfRecord(cause)) throw cause;
    return { id, error: cause };
  }
}

async function settledScore(
  conversation: ConversationInput,
  scorer: Scorer,
  options: ScoreOptions | undefined,
): Promise<SettledScore> {
  try {
    return { score: await scorer.score(conversation, options) };
  } catch (error) {
    if (!isOfRecord(error)) throw error;
    return { error };
  }
}

/** Any other error is the model's (no memory, no host, …): the next record would fail, too, and could never be resumed. */
function isOfRecord(error: unknown): error is RewardError {
  return [ConversationError, TemplateError, ScoreError, InvalidArgumentError].some(
    (kind) => error instanceof kind,
  );
}
