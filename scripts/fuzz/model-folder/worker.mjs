// Scores one conversation with the mutant of each seed. Argument: a folder of its own.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { convert, product } from "../product.mjs";
import { outcomeOfError, serveCases } from "../serve-cases.mjs";
import { makeMutant } from "./mutant.mjs";

const { RewardModel } = product;
const directory = path.join(process.argv[2], `worker-${process.pid}`);
await mkdir(directory, { recursive: true });
// What is remembered of the mutants does not go among the user's own caches.
process.env.XDG_CACHE_HOME = path.join(directory, "cache");

const LOAD = { device: "cpu", threads: 1, contextLength: 256, kvType: "f32" };
const MESSAGES = [
  { role: "user", content: "What is 7 times 8?" },
  { role: "assistant", content: "56" },
];
/** The same computation on the same machine; cut into other batches it may differ in the last digits. */
const TOLERANCE = 1e-4;
/** One in so many mutants goes through the other readers, too. */
const OTHERS_EVERY = 10;
const rewards = new Map();

serveCases(async (task) => {
  const mutant = await makeMutant(task, path.join(directory, "mutant"));
  const { part, change, isData, isSealed } = mutant;
  if (!rewards.has(mutant.folder)) rewards.set(mutant.folder, await score(mutant.folder));
  const outcome = await outcomeOf(path.join(directory, "mutant"), rewards.get(mutant.folder));
  if (task.seed % OTHERS_EVERY === 0) {
    const other = await throughOthers(path.join(directory, "mutant"));
    if (other !== undefined) Object.assign(outcome, other);
  }
  return { ...outcome, part, change, isData, isSealed };
});

async function outcomeOf(folder, expected) {
  try {
    const reward = await score(folder);
    const isSame = Math.abs(reward - expected) <= TOLERANCE;
    return isSame ? { kind: "same" } : { kind: "different", detail: `${reward} instead of ${expected}` };
  } catch (error) {
    return outcomeOfError(error);
  }
}

async function score(folder) {
  const model = await RewardModel.load(folder, LOAD);
  try {
    return (await model.score(MESSAGES)).reward;
  } finally {
    await model.dispose();
  }
}

/** Whoever else hands a backbone to llama.cpp must not fall over it either. */
async function throughOthers(folder) {
  try {
    await convert.quantizeModelFolder(folder, ["q8_0"]);
  } catch (error) {
    const outcome = outcomeOfError(error);
    if (outcome.kind !== "error") return { kind: outcome.kind, detail: `quantize: ${outcome.detail}` };
  }
  return undefined;
}
