// Conversions of reference checkpoints beside their rewards.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertCheckpoint } from "../../../dist/convert/index.js";
import { RewardModel } from "../../../dist/index.js";
import { readRewardJson, recordedFile } from "../../../dist/model/folder/read-reward-json.js";
import { loadHead } from "../../../dist/score/head/load-head.js";
import { nativeDense } from "../../../dist/score/head/native-dense.js";
import { loadAddon } from "../../../dist/score/native/binding.js";

/** Largest difference of a reward, in standard deviations of the reference's rewards. */
const BOUND = 2e-4;

/** Families whose reward follows from the hidden state at the last token alone. */
export const WITHOUT_GATE_ON_PROMPT = [
  "value-head",
  "gated-attributes",
  "regression-head",
  "starling",
  "two-layer-score",
  "steerlm",
];

/**
 * Converts a checkpoint with the defaults, scores conversations with the defaults, and compares token ids and rewards.
 * @param most of the conversations that have a reference, the first ones
 * @returns a line for people, and the hidden states of all that were scored
 */
export async function compareCheckpoint(work, name, most) {
  const reference = readJson(work, `${name}.json`);
  const conversations = readJson(work, "conversations.json").slice(0, Math.min(most, reference.length));
  const model = await RewardModel.load(await converted(work, name), { device: "cpu" });
  try {
    const rewards = [];
    const states = [];
    const wanted = conversations.map(({ messages }) => messages);
    for await (const score of model.scoreMany(wanted, { emit: ["ids", "hidden"] })) {
      const expected = conversations[rewards.length].ids;
      if (score.inputIds.join() !== expected.join())
        throw new Error(`conversation ${rewards.length} has other token ids than transformers gives`);
      rewards.push(score.reward);
      states.push(Float32Array.from(score.hidden));
    }
    const { type, settings } = model.description;
    return { line: `${type}, ${settings.kvType} cache: ${compareRewards(rewards, reference)}`, states };
  } finally {
    await model.dispose();
  }
}

/** Applies a family's head to hidden states that another checkpoint with the same backbone gave. */
export async function compareHead(work, name, states) {
  const modelDir = await converted(work, name);
  const reward = await readRewardJson(modelDir);
  const file = await recordedFile(modelDir, reward.headFile);
  const { head } = await loadHead(reward.head, file, states[0].length, nativeDense(loadAddon(), 1));
  try {
    const results = await head.apply(states.map((scored) => ({ scored })));
    const rewards = results.map((result) => result.reward);
    return { line: compareRewards(rewards, readJson(work, `${name}.json`)) };
  } finally {
    await head.dispose();
  }
}

/** The model folder of a checkpoint, made with the defaults. */
export async function converted(work, name) {
  const modelDir = path.join(work, "models", name);
  if (!existsSync(modelDir)) await convertCheckpoint(path.join(work, name), modelDir, {});
  return modelDir;
}

/**
 * Conversations come in pairs, chosen and rejected. There may be fewer rewards than the reference has.
 * @throws Error a reward differs by more than the bound, or a pair is the other way round
 */
export function compareRewards(rewards, reference) {
  if (rewards.length > reference.length || rewards.length === 0)
    throw new Error(`${rewards.length} rewards for ${reference.length}`);
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const spread = Math.sqrt(reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length);
  let largest = 0;
  let flips = 0;
  for (const [index, value] of rewards.entries()) {
    const error = Math.abs(value - reference[index]) / spread;
    largest = error <= largest ? largest : error;
    if (index % 2 === 1 && rewards[index - 1] > value !== reference[index - 1] > reference[index]) flips++;
  }
  const line = `${rewards.length} rewards, largest difference ${largest.toExponential(1)} × std, ${flips} flips`;
  if (!(largest <= BOUND) || flips > 0) throw new Error(`${line}; allowed are ${BOUND} and none`);
  return line;
}

export function readJson(...where) {
  return JSON.parse(readFileSync(path.join(...where), "utf8"));
}
