// How far q8_0 is from transformers in float32, plain and rounded by records, for three heads of the reference: the lines of
// scripts/docs/accuracy/q8.jsonl.
//
//   node test/reference/weights/run.mjs --dir FOLDER               makes the checkpoints, once
//   node test/reference/weights/eight-bit.mjs FOLDER               plain q8_0, as llama.cpp rounds it
//   node test/reference/weights/eight-bit.mjs FOLDER --pairs 120 [--max-size 0.62]
//                                                                  as `quantize --imatrix RECORDS [--max-size 0.62]` makes it
//
// Records to round by are pairs of scripts/train/held-out.jsonl.gz, evenly spread over its kinds: none of them is evaluated here. Which
// matrices stay in 16 bits is decided by the rewards of the first head; the same backbone serves all three.
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { quantizeModelFolder } from "../../../dist/convert/index.js";
import { RewardModel } from "../../../dist/index.js";
import { readRewardJson, recordedFile } from "../../../dist/model/folder/read-reward-json.js";
import { loadHead } from "../../../dist/score/head/load-head.js";
import { nativeDense } from "../../../dist/score/head/native-dense.js";
import { loadAddon } from "../../../dist/score/native/binding.js";
import { converted, readJson } from "./compare.mjs";

const HEADS = {
  "linear-score": "score row",
  "value-head": "value head",
  "gated-attributes": "gated attributes",
};
const OTHER_TEXTS = path.join(import.meta.dirname, "../../../scripts/train/held-out.jsonl.gz");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: "string", default: "0" }, "max-size": { type: "string" } },
});
const [work] = positionals;
if (work === undefined) throw new Error("Expected the folder that run.mjs was given as --dir.");
const pairs = Number(values.pairs);
const conversations = readJson(work, "conversations.json");
const folder = path.join(work, "eight-bit");
const { size, kept, states } = await statesOf(await converted(work, "linear-score"));
for (const name of Object.keys(HEADS)) console.log(JSON.stringify(await errorsOf(name)));

/** Scores every conversation with a q8_0 backbone in a folder of its own. */
async function statesOf(modelDir) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const { backbone, headFile } = await readRewardJson(modelDir);
  for (const file of ["reward.json", headFile.file])
    copyFileSync(path.join(modelDir, file), path.join(folder, file));
  linkSync(path.join(modelDir, backbone.files.f16.file), path.join(folder, backbone.files.f16.file));
  const fitting = pairs === 0 ? {} : { records: recordsFile() };
  const maxSize = values["max-size"] === undefined ? undefined : Number(values["max-size"]);
  const { files } = (
    await quantizeModelFolder(folder, ["q8_0"], { ...fitting, maxSize, threads: 1, onProgress })
  ).backbone;
  const model = await RewardModel.load(folder, { type: "q8_0", device: "cpu", threads: 1 });
  const found = [];
  const wanted = conversations.map(({ messages }) => messages);
  for await (const { hidden } of model.scoreMany(wanted, { emit: ["hidden"] }))
    found.push(Float32Array.from(hidden));
  await model.dispose();
  return {
    size: files.q8_0.sizeBytes / files.f16.sizeBytes,
    kept: files.q8_0.fitted?.kept ?? [],
    states: found,
  };
}

/** Every so many of the other texts, which lie kind after kind. */
function recordsFile() {
  const lines = gunzipSync(readFileSync(OTHER_TEXTS)).toString("utf8").trimEnd().split("\n");
  const stride = Math.floor(lines.length / pairs);
  const file = path.join(folder, "records.jsonl");
  writeFileSync(
    file,
    lines
      .filter((_, index) => index % stride === 0)
      .slice(0, pairs)
      .join("\n") + "\n",
  );
  return file;
}

function onProgress({ phase, done, total }) {
  if (process.stderr.isTTY) process.stderr.write(`\r${phase} ${done} of ${total}   `);
}

async function errorsOf(name) {
  const modelDir = await converted(work, name);
  const reward = await readRewardJson(modelDir);
  const file = await recordedFile(modelDir, reward.headFile);
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
  const rounding =
    pairs === 0
      ? "q8_0 plain"
      : `q8_0 rounded by ${2 * pairs} other conversations${kept.length === 0 ? "" : ", some in 16 bits"}`;
  const largestError = errors.at(-1);
  return {
    workload: `${rounding}, ${HEADS[name]}`,
    metric: "largest error in standard deviations",
    ours: largestError,
    details: {
      largestError,
      p99Error: errors[Math.floor(0.99 * errors.length)],
      meanError: errors.reduce((sum, value) => sum + value, 0) / errors.length,
      flips,
      flipMargin,
      pairs: rewards.length / 2,
      size,
      kept: kept.length,
    },
  };
}
