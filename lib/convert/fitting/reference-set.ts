import { standardDeviation } from "simple-statistics";
import { openDataset } from "../../data/dataset/dataset.js";
import { readRecords } from "../../data/records/read-records.js";
import { InvalidArgumentError } from "../../errors.js";
import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { RewardModel } from "../../model/reward-model.js";
import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { Progress, Score } from "../../score/score.js";
import { appendAll } from "../../util/collections.js";

/** Where records are, and how to compute with them. */
export interface RecordOptions {
  /** A dataset as `score` reads it. */
  records: string;
  /** CPU threads. Default: the physical cores. */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Conversations of records with what an exact backbone makes of them. */
export interface ReferenceSet {
  conversations: readonly ConversationInput[];
  /** Token ids, one list for each conversation. */
  prompts: readonly (readonly number[])[];
  rewards: readonly number[];
  /** Standard deviation of the rewards. */
  spread: number;
}

/** With fewer conversations neither a spread of rewards nor what a matrix is multiplied with is known. */
const FEWEST_CONVERSATIONS = 16;

/**
 * Scores the conversations of records with a backbone that rounds nothing.
 * @throws InvalidArgumentError too few conversations, or a model that only compares; DatasetError, ConversationError for the first
 * record that cannot be read or scored; what loading throws; `signal.reason`
 */
export async function referenceSet(
  modelDir: string,
  type: BackboneType,
  options: RecordOptions,
): Promise<ReferenceSet> {
  const conversations: ConversationInput[] = [];
  const dataset = await openDataset(options.records, { signal: options.signal });
  for await (const { record } of readRecords(dataset, true))
    appendAll(conversations, record?.conversations ?? []);
  if (conversations.length < FEWEST_CONVERSATIONS) {
    throw new InvalidArgumentError(
      `Expected at least ${FEWEST_CONVERSATIONS} conversations in the records but received ${conversations.length}. ` +
        "A few hundred, of the kind that the model is going to score, say what matters.",
    );
  }
  const scores = await scoreWith(modelDir, type, conversations, options);
  const rewards = scores.map(({ reward }) => reward);
  const spread = standardDeviation(rewards);
  if (!(spread > 0)) {
    throw new InvalidArgumentError(
      "Every conversation of the records has the same reward, so errors have no measure. Use records that differ.",
    );
  }
  return { conversations, prompts: scores.map(({ inputIds = [] }) => inputIds), rewards, spread };
}

/** Scores of conversations by one backbone of a folder, on the CPU, with token ids. */
export async function scoreWith(
  modelDir: string,
  type: BackboneType,
  conversations: readonly ConversationInput[],
  { threads, signal, onProgress }: Omit<RecordOptions, "records">,
): Promise<Score[]> {
  const model = await RewardModel.load(modelDir, { type, device: "cpu", threads, signal });
  try {
    if (model.description.task === "compare") {
      throw new InvalidArgumentError(
        `${model.description.name} only compares two answers and gives no rewards to measure. Quantize it without records.`,
      );
    }
    const scores: Score[] = [];
    for await (const score of model.scoreMany(conversations, { emit: ["ids"], signal })) {
      scores.push(score);
      onProgress?.({ phase: "score", unit: "records", done: scores.length, total: conversations.length });
    }
    return scores;
  } finally {
    await model.dispose();
  }
}
