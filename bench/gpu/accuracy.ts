// Rewards of a device beside those of the CPU: `node accuracy.js DEVICE WORK FOLDER…`, model folders or fixture checkpoints, which are
// converted first. One JSON line per model and cache.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel, type LoadOptions } from "../../lib/index.js";
import type { Message } from "../../lib/score/conversation/conversation.js";

/** Distances are in the units of the reward; the exact ones are the CPU's with an f32 cache. */
export interface AccuracyLine {
  model: string;
  device: string;
  kvType: string;
  count: number;
  /** Largest minus smallest of the exact rewards. */
  spread: number;
  largest: number;
  mean: number;
  /** Whether the rewards put the conversations into the same order. */
  keepsOrder: boolean;
  /** Of a fixture: the largest distance from rewards of an implementation that shares no code with this one. */
  largestBesideReference?: number;
}

/** A conversation, or two answers for models that only compare, with the reference's reward or probability. */
interface Case {
  messages?: Message[];
  context?: Message[];
  response_a?: string;
  response_b?: string;
  score?: number;
  prob_a?: number;
  expected_error?: string;
}

const WORDS =
  "river stone light answer because number twelve slowly green matter through question paper almost never";

const [device = "cuda", work = "", ...folders] = process.argv.slice(2);
/** Few where there is no GPU: a dry run shows that it works. */
const CONVERSATIONS = device === "cpu" ? 2 : 8;
for (const folder of folders) {
  const cases = readCases(folder);
  const directory = cases === undefined ? folder : path.join(work, path.basename(folder));
  if (cases !== undefined) await convertCheckpoint(folder, directory, { type: "f32" });
  const inputs = cases ?? randomCases();
  const exact = await rewardsOf(directory, inputs, { device: "cpu", kvType: "f32" });
  for (const kvType of ["f32", "f16"] as const) {
    const rewards = await rewardsOf(directory, inputs, { device, kvType });
    console.log(JSON.stringify(lineOf(path.basename(folder), kvType, inputs, rewards, exact)));
  }
}

function readCases(folder: string): Case[] | undefined {
  const file = path.join(folder, "expected.json");
  if (!existsSync(file)) return undefined;
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] };
  return cases.filter((each) => each.expected_error === undefined);
}

/** Half of them share a prompt. */
function randomCases(): Case[] {
  const words = WORDS.split(" ");
  let state = 7;
  const text = (length: number): string =>
    Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return words[(state >>> 8) % words.length];
    }).join(" ");
  const prompt = text(120);
  return Array.from({ length: CONVERSATIONS }, (_, index) => ({
    messages: [
      { role: "user", content: index % 2 === 0 ? prompt : text(20 + 30 * index) },
      { role: "assistant", content: text(8 + 9 * index) },
    ],
  }));
}

/** Rewards; of a model that only compares, probabilities. */
async function rewardsOf(directory: string, cases: readonly Case[], options: LoadOptions): Promise<number[]> {
  const model = await RewardModel.load(directory, { contextLength: 4096, ...options });
  try {
    const rewards: number[] = [];
    if (model.description.task === "compare") {
      for (const { context = [], response_a: a = "", response_b: b = "" } of cases)
        rewards.push((await model.compare(context, a, b)).probability);
    } else {
      const conversations = cases.map(({ messages = [] }) => messages);
      for await (const { reward } of model.scoreMany(conversations)) rewards.push(reward);
    }
    return rewards;
  } finally {
    await model.dispose();
  }
}

function lineOf(
  model: string,
  kvType: string,
  cases: readonly Case[],
  rewards: readonly number[],
  exact: readonly number[],
): AccuracyLine {
  const distances = (others: readonly (number | undefined)[]): number[] =>
    rewards.map((reward, index) => Math.abs(reward - (others[index] ?? NaN)));
  const order = (list: readonly number[]): string =>
    list
      .map((_, index) => index)
      .sort((a, b) => (list[b] ?? 0) - (list[a] ?? 0))
      .join();
  const gaps = distances(exact);
  const expected = cases.map(({ score, prob_a: probability }) => score ?? probability);
  return {
    model,
    device,
    kvType,
    count: rewards.length,
    spread: Math.max(...exact) - Math.min(...exact),
    largest: Math.max(...gaps),
    mean: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    keepsOrder: order(rewards) === order(exact),
    ...(expected.every((reward) => reward !== undefined) && {
      largestBesideReference: Math.max(...distances(expected)),
    }),
  };
}
