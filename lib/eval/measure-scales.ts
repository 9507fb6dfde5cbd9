import { openDataset } from "../data/dataset/dataset.js";
import { readRecord } from "../data/records/read-records.js";
import { DatasetError } from "../errors.js";
import type { ConversationInput } from "../score/conversation/conversation.js";
import type { MemberScale } from "../score/ensemble/combine.js";
import type { Scorer, ScoreOptions } from "../score/score.js";
import { appendAll } from "../util/collections.js";
import { meanOf } from "./stats/mean.js";

/** What `measureScales` may be told. */
export type MeasureScalesOptions = Pick<ScoreOptions, "signal">;

/** Fewer say nothing about a spread. */
const FEWEST_REWARDS = 10;

/**
 * Mean and standard deviation of each model's rewards over the conversations of some records, for an ensemble of models that were trained
 * apart: a hundred answers of the kind that is going to be scored will do. What a model cannot score counts for none.
 * @param records as `score` reads them
 * @throws DatasetError `DATASET_INVALID` fewer than ten conversations that all of them score, or rewards that are all the same
 * @example
 * ```ts
 * import { Ensemble, RewardModel } from "llama-reward";
 * import { measureScales } from "llama-reward/eval";
 *
 * const members = [await RewardModel.load("models/grm"), await RewardModel.load("models/urm")];
 * const scales = await measureScales(members, "pairs.jsonl");
 * const ensemble = new Ensemble(members, { by: "worst", scales });
 * console.log(ensemble.description.name);
 * await ensemble.dispose();
 * ```
 */
export async function measureScales(
  members: readonly Scorer[],
  records: string,
  { signal }: MeasureScalesOptions = {},
): Promise<MemberScale[]> {
  const conversations = await conversationsOf(records, signal);
  const byMember: number[][] = [];
  for (const member of members) {
    const rewards: number[] = [];
    for await (const { score } of member.scoreManySettled(conversations, { signal }))
      rewards.push(score?.reward ?? NaN);
    byMember.push(rewards);
  }
  const isScored = conversations.map((_, index) =>
    byMember.every((rewards) => !Number.isNaN(rewards[index])),
  );
  return byMember.map((rewards, member) =>
    scaleOf(
      rewards.filter((_, index) => isScored[index]),
      records,
      members[member]?.description.name ?? "",
    ),
  );
}

async function conversationsOf(path: string, signal: AbortSignal | undefined): Promise<ConversationInput[]> {
  const dataset = await openDataset(path, { signal });
  const conversations: ConversationInput[] = [];
  for await (const row of dataset.rows())
    appendAll(conversations, readRecord(row).record?.conversations ?? []);
  return conversations;
}

function scaleOf(rewards: readonly number[], path: string, name: string): MemberScale {
  if (rewards.length < FEWEST_REWARDS) {
    throw new DatasetError(
      "DATASET_INVALID",
      `${path} has ${rewards.length} conversations that all models of the ensemble score, expected ${FEWEST_REWARDS} at least: give more ` +
        "records of the kind that is going to be scored.",
    );
  }
  const mean = meanOf(rewards);
  const std = Math.sqrt(meanOf(rewards.map((reward) => (reward - mean) ** 2)));
  if (std > 0) return { mean, std };
  throw new DatasetError(
    "DATASET_INVALID",
    `All rewards that ${name} gives the records of ${path} are the same: they have no scale.`,
  );
}
