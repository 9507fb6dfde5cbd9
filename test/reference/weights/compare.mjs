// Conversions of reference checkpoints beside their rewards.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertCheckpoint } from "../../../dist/convert/index.js";
import { RewardModel } from "../../../dist/index.js";
import { readRewardJson, recordedFile } from "../../../dist/model/folder/read-reward-json.js";
import { loadHead } from "../../../dist/score/head/load-head.js";
import { nativeDense } from "../../../dist/score/head/native-dense.js";
import { loadAddon } from "../../../dist/score/native/binding.js";
import { compareColumns, compareRewards } from "./distance.mjs";

/** What the reference tells beside rewards, out of a score. */
const DETAILS = {
  mean: ({ attributes }) => Object.values(attributes).map(({ mean }) => mean),
  gate: ({ attributes }) => Object.values(attributes).map(({ gate }) => gate),
  quantile: ({ quantiles }) => quantiles.map(([, value]) => value),
  "logarithm of std": ({ std }) => [Math.log(std)],
};

/**
 * Converts a checkpoint with the defaults, scores conversations with the defaults, and compares token ids, rewards and what stands
 * beside them.
 * @param most of the conversations that have a reference, the first ones
 * @returns a line for people, and the hidden states of all that were scored
 */
export async function compareCheckpoint(work, name, most, options = {}) {
  const reference = readJson(work, `${name}.json`);
  const conversations = readJson(work, "conversations.json").slice(
    0,
    Math.min(most, reference.rewards.length),
  );
  return withModel(work, name, options, async (model) => {
    const scores = [];
    const wanted = conversations.map(({ messages }) => messages);
    for await (const score of model.scoreMany(wanted, { emit: ["ids", "hidden"] })) {
      expectIds(score, conversations[scores.length].inputs[reference.reads ?? "text"], scores.length);
      scores.push(score);
    }
    const { type, settings } = model.description;
    const line = `${type}, ${settings.kvType} cache: ${compareScores(scores, reference)}`;
    return { line, states: scores.map(({ hidden }) => Float32Array.from(hidden)) };
  });
}

/** Applies a family's head to hidden states that another checkpoint with the same backbone gave. */
export async function compareHead(work, name, states) {
  const modelDir = await converted(work, name);
  const reward = await readRewardJson(modelDir);
  const file = await recordedFile(modelDir, reward.headFile);
  const { head } = await loadHead(reward.head, file, states[0].length, nativeDense(loadAddon(), 1));
  try {
    const scores = await head.apply(states.map((scored) => ({ scored })));
    return { line: compareScores(scores, readJson(work, `${name}.json`)) };
  } finally {
    await head.dispose();
  }
}

/** Answers in steps, each step by itself and what becomes of them. */
export async function compareSteps(work, name) {
  const { reads, rewards, steps } = readJson(work, `${name}.json`);
  const cases = readJson(work, "steps.json");
  return withModel(work, name, {}, async (model) => {
    const own = [];
    for (const [index, answer] of cases.entries()) {
      const score = await model.scoreSteps(answer.prompt, answer.steps, { emit: ["ids"] });
      expectIds(score, answer.inputs[reads], index);
      own.push(score);
    }
    const ofSteps = own.flatMap((score) => score.steps.map(({ reward }) => [reward]));
    compareColumns(
      "steps",
      ofSteps,
      steps.flat().map((reward) => [reward]),
    );
    const line = compareRewards(
      own.map(({ reward }) => reward),
      rewards,
    );
    return { line: `${ofSteps.length} steps; ${line}` };
  });
}

/** A model that only compares: the probability that the first answer is the better one. */
export async function comparePreference(work, name) {
  const { rewards } = readJson(work, `${name}.json`);
  const rows = readLines(work, "pairs.jsonl").slice(0, rewards.length);
  return withModel(work, name, {}, async (model) => {
    const own = [];
    for (const { prompt, chosen, rejected } of rows)
      own.push([(await model.compare(prompt, chosen, rejected)).probability]);
    compareColumns(
      "probability",
      own,
      rewards.map((each) => [each]),
    );
    return { line: `${own.length} probabilities` };
  });
}

/** The model folder of a checkpoint, made with the defaults unless told otherwise. */
export async function converted(work, name, options = {}) {
  // A check of a broken copy makes its own: what an earlier run left is no conversion of its.
  const modelDir = path.join(process.env.REFERENCE_MODELS ?? path.join(work, "models"), name);
  if (!existsSync(modelDir)) await convertCheckpoint(path.join(work, name), modelDir, options);
  return modelDir;
}

async function withModel(work, name, options, use) {
  const model = await RewardModel.load(await converted(work, name, options), { device: "cpu" });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

function compareScores(scores, { rewards, details = {} }) {
  for (const [name, rows] of Object.entries(details)) compareColumns(name, scores.map(DETAILS[name]), rows);
  const line = compareRewards(
    scores.map(({ reward }) => reward),
    rewards,
  );
  const beside = Object.keys(details);
  return beside.length === 0 ? line : `${line}; ${beside.join(", ")} as near`;
}

function expectIds({ inputIds }, expected, index) {
  if (inputIds.join() !== expected.join())
    throw new Error(`conversation ${index} has other token ids than transformers gives`);
}

export function readJson(...where) {
  return JSON.parse(readFileSync(path.join(...where), "utf8"));
}

/** Of a JSON Lines file. */
export function readLines(...where) {
  return readFileSync(path.join(...where), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
