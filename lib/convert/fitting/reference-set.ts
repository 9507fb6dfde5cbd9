import { standardDeviation } from "simple-statistics";
import { openDataset } from "../../data/dataset/dataset.js";
import { readRecords } from "../../data/records/read-records.js";
import { InvalidArgumentError } from "../../errors.js";
import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import { RewardModel } from "../../model/reward-model.js";
import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { Progress, Score } from "../../score/score.js";
import { scoredPosition } from "../../score/template/scored-position.js";
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
  /** One for each conversation. */
  prompts: readonly ObservedPrompt[];
  rewards: readonly number[];
  /** Standard deviation of the rewards. */
  spread: number;
}

/** A prompt that is computed while what its matrices are multiplied with is watched. */
export interface ObservedPrompt {
  /** Token ids. */
  ids: readonly number[];
  /** Place of the token that the head scores. */
  scored: number;
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
  const { prompt } = await readRewardJson(modelDir);
  const prompts = scores.map(({ inputIds = [] }) => ({
    ids: inputIds,
    scored: scoredPosition(Int32Array.from(inputIds), prompt),
  }));
  return { conversations, prompts, rewards, spread };
}

/**
 * Some conversations of a set, evenly spread, two neighbours each: pairs share a prompt.
 * @returns them, and their places in the set
 */
export function sampleOf(set: ReferenceSet, most: number): { set: ReferenceSet; places: number[] } {
  const stride = Math.ceil(set.conversations.length / most);
  const places = set.conversations.flatMap((_, index) =>
    Math.floor(index / 2) % stride === 0 ? [index] : [],
  );
  const at = <T>(values: readonly T[]): T[] => values.filter((_, index) => places.includes(index));
  return {
    set: {
      conversations: at(set.conversations),
      prompts: at(set.prompts),
      rewards: at(set.rewards),
      spread: set.spread,
    },
    places,
  };
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
