// How far q8_0 is from transformers in float32, plain and rounded by records, for three heads of the reference: the lines of
// scripts/docs/accuracy/q8.jsonl.
//
//   node test/reference/weights/run.mjs --dir FOLDER       makes the checkpoints, once
//   node test/reference/weights/eight-bit.mjs FOLDER [REGULAR EXPRESSION OF NAMES KEPT IN F16] [PAIRS TO ROUND BY]
//
// Without a number of pairs the rounding is llama.cpp's. Pairs to round by are the first whose texts are short.
import { mkdirSync, rmSync, statSync, copyFileSync } from "node:fs";
import path from "node:path";
import { fitRounding } from "../../../dist/convert/fitting/fit-rounding.js";
import { quantizeFile } from "../../../dist/convert/quantize-file.js";
import { readGgufHeader } from "../../../dist/formats/gguf/gguf-reader.js";
import { RewardModel } from "../../../dist/index.js";
import { admitBackbone } from "../../../dist/model/admission/admit-backbone.js";
import { readRewardJson, recordedFile } from "../../../dist/model/folder/read-reward-json.js";
import { writeRewardJson } from "../../../dist/model/folder/write-reward-json.js";
import { loadHead } from "../../../dist/score/head/load-head.js";
import { nativeDense } from "../../../dist/score/head/native-dense.js";
import { loadAddon } from "../../../dist/score/native/binding.js";
import { hashFile } from "../../../dist/util/files/hash-file.js";
import { converted, readJson } from "./compare.mjs";

const HEADS = ["linear-score", "value-head", "gated-attributes"];
const SHORT_TOKENS = 180;

const [work, keptNames = "", pairs = "0"] = process.argv.slice(2);
if (work === undefined) throw new Error("Expected the folder that run.mjs was given as --dir.");
const conversations = readJson(work, "conversations.json");
const modelDir = await converted(work, HEADS[0]);
const { size, states } = await statesOf(path.join(work, "eight-bit"));
for (const name of HEADS) console.log(JSON.stringify(await errorsOf(name)));

/** Scores every conversation with a q8_0 backbone in a folder of its own. */
async function statesOf(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const reward = await readRewardJson(modelDir);
  const source = path.join(modelDir, reward.backbone.files.f16.file);
  const file = path.join(folder, "backbone-q8_0.gguf");
  const names = [...(await readGgufHeader(source)).tensors.keys()];
  const kept = keptNames === "" ? [] : names.filter((name) => new RegExp(keptNames).test(name));
  await quantizeFile({ input: source, output: file, type: "q8_0", kept });
  const short = conversations.map(({ ids }) => ids).filter(({ length }) => length <= SHORT_TOKENS);
  const prompts = short.slice(0, 2 * Number(pairs));
  if (prompts.length > 0) await fitRounding({ source, target: file, prompts, threads: 1 });
  const headerSha256 = await admitBackbone(file, { type: "q8_0", facts: reward.backbone });
  const record = { file: path.basename(file), ...(await hashFile(file)), headerSha256 };
  copyFileSync(path.join(modelDir, reward.headFile.file), path.join(folder, reward.headFile.file));
  await writeRewardJson(folder, {
    ...reward,
    backbone: { ...reward.backbone, defaultType: "q8_0", files: { q8_0: record } },
  });
  const model = await RewardModel.load(folder, { device: "cpu" });
  const found = [];
  const wanted = conversations.map(({ messages }) => messages);
  for await (const { hidden } of model.scoreMany(wanted, { emit: ["hidden"] }))
    found.push(Float32Array.from(hidden));
  await model.dispose();
  return { size: statSync(file).size / statSync(source).size, states: found };
}

async function errorsOf(name) {
  const folder = await converted(work, name);
  const reward = await readRewardJson(folder);
  const file = await recordedFile(folder, reward.headFile);
  const { head } = await loadHead(reward.head, file, states[0].length, nativeDense(loadAddon(), 1));
  const rewards = (await head.apply(states.map((scored) => ({ scored })))).map((result) => result.reward);
  await head.dispose();
  const { rewards: reference } = readJson(work, `${name}.json`);
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const spread = Math.sqrt(reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length);
  const errors = rewards
    .map((value, index) => Math.abs(value - reference[index]) / spread)
    .sort((a, b) => a - b);
  let flips = 0;
  let flipMargin = 0;
  for (let index = 0; index + 1 < rewards.length; index += 2) {
    const exact = reference[index] - reference[index + 1];
    if (rewards[index] > rewards[index + 1] === exact > 0) continue;
    flips++;
    flipMargin = Math.max(flipMargin, Math.abs(exact) / spread);
  }
  const details = {
    largestError: errors.at(-1),
    p99Error: errors[Math.floor(0.99 * errors.length)],
    meanError: errors.reduce((sum, value) => sum + value, 0) / errors.length,
    flips,
    flipMargin,
    pairs: rewards.length / 2,
    size,
  };
  return {
    workload: name,
    metric: "largest error in standard deviations",
    ours: details.largestError,
    details,
  };
}
