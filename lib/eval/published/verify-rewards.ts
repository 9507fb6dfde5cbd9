import { openDataset } from "../../data/dataset/dataset.js";
import { readRecord } from "../../data/records/read-records.js";
import { InvalidArgumentError } from "../../errors.js";
import { unreadable, type DatasetRow } from "../../formats/rows.js";
import { asRequest, type ConversationInput } from "../../score/conversation/conversation.js";
import type { Progress, Scorer } from "../../score/score.js";
import { compareRewards, type RewardComparison, type RewardPair } from "./compare-rewards.js";

/** What `verifyRewards` may be told. */
export interface VerifyRewardsOptions {
  signal?: AbortSignal | undefined;
  /** Phase `score`, in records. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A conversation with its published reward. */
interface PublishedReward {
  conversation: ConversationInput;
  reward: number;
}

/**
 * Scores conversations whose rewards somebody published, and compares: `{conversation | messages, reward}` or `{prompt, response, reward}`,
 * one record a row of a JSONL file, JSON array or Parquet file.
 * @throws DatasetError `DATASET_INVALID` a row has no reward or more than one conversation, there are fewer than two, or they are all the same;
 * ConversationError; InvalidArgumentError a model that only compares; `signal.reason`
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { verifyRewards } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const { difference, isWithinBf16 } = await verifyRewards(model, "published.jsonl");
 * console.log(difference.max, isWithinBf16);
 * await model.dispose();
 * ```
 */
export async function verifyRewards(
  scorer: Scorer,
  file: string,
  { signal, onProgress }: VerifyRewardsOptions = {},
): Promise<RewardComparison> {
  if (scorer.description.task === "compare") {
    throw new InvalidArgumentError(
      `${scorer.description.name} only compares two answers and gives no rewards to verify.`,
    );
  }
  const published = await readPublished(file, signal);
  const pairs: RewardPair[] = [];
  const conversations = published.map(({ conversation }) => conversation);
  for await (const score of scorer.scoreMany(conversations, { signal })) {
    const { conversation, reward } = published[pairs.length] ?? { conversation: [], reward: Number.NaN };
    pairs.push({ published: reward, own: score.reward, prompt: turnsBefore(conversation) });
    onProgress?.({ phase: "score", unit: "records", done: pairs.length, total: published.length });
  }
  return compareRewards(pairs);
}

async function readPublished(file: string, signal: AbortSignal | undefined): Promise<PublishedReward[]> {
  const published: PublishedReward[] = [];
  const dataset = await openDataset(file, { signal });
  for await (const row of dataset.rows()) published.push(readRow(row));
  if (published.length < 2) {
    throw unreadable(`${file} has ${published.length} published rewards: at least two tell of differences.`);
  }
  if (published.every(({ reward }) => reward === published[0]?.reward)) {
    throw unreadable(
      `All ${published.length} published rewards of ${file} are ${published[0]?.reward}, so differences have no measure. Is that the right field?`,
    );
  }
  return published;
}

function readRow(row: DatasetRow): PublishedReward {
  if (row.error !== undefined) throw row.error;
  const { reward, conversation, ...fields } = { ...(row.value as object) } as Record<string, unknown>;
  if (typeof reward !== "number" || !Number.isFinite(reward)) {
    throw unreadable(
      `Line ${row.line + 1}: expected a number for reward but received ${JSON.stringify(reward)}.`,
    );
  }
  const value = conversation === undefined ? fields : { ...fields, messages: conversation };
  const { record, error } = readRecord({ line: row.line, value });
  if (error !== undefined) throw error;
  const [only, ...others] = record.conversations;
  if (only === undefined || others.length > 0) {
    throw unreadable(
      `Line ${row.line + 1} has ${record.conversations.length} conversations for one reward. Give each its own row.`,
    );
  }
  return { conversation: only, reward };
}

/** The turns that an answer is to, and what stands beside them. */
function turnsBefore(conversation: ConversationInput): string {
  const { messages, ...context } = asRequest(conversation);
  return JSON.stringify([messages.slice(0, -1), context]);
}
