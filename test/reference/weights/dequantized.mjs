// A quantized backbone beside transformers, which dequantizes the same file and computes in float32: what our rewards are off by is the
// rounding of the weights alone. And a conversation by itself beside the same one among others.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { quantizeModelFolder } from "../../../dist/convert/index.js";
import { RewardModel } from "../../../dist/index.js";
import { readRewardJson } from "../../../dist/model/folder/read-reward-json.js";
import { converted, readJson } from "./compare.mjs";
import { compareRewards } from "./distance.mjs";
import { runScript } from "./python.mjs";

/** @param most of the conversations, the first ones */
export async function compareDequantized(work, name, type, most, python) {
  const folder = path.join(work, "models", `${name}-${type}`);
  try {
    const { backbone } = await quantized(await converted(work, name), folder, type);
    const result = path.join(folder, "dequantized.json");
    const gguf = path.join(folder, backbone.files[type].file);
    runScript(python, "dequantized.py", work, gguf, name, most, result);
    const { together, alone } = await score(
      folder,
      type,
      readJson(work, "conversations.json").slice(0, most),
    );
    const line = compareRewards(together, readJson(result).rewards);
    return { line: `${line}; alone: ${compareRewards(alone, together)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function quantized(modelDir, folder, type) {
  mkdirSync(folder, { recursive: true });
  const { backbone, headFile } = await readRewardJson(modelDir);
  const [float] = Object.values(backbone.files);
  for (const file of ["reward.json", headFile.file, float.file])
    copyFileSync(path.join(modelDir, file), path.join(folder, file));
  return quantizeModelFolder(folder, [type], {});
}

async function score(folder, type, conversations) {
  const model = await RewardModel.load(folder, { type, device: "cpu" });
  try {
    const [together, alone] = [[], []];
    const wanted = conversations.map(({ messages }) => messages);
    for await (const { reward } of model.scoreMany(wanted)) together.push(reward);
    for (const messages of wanted) alone.push((await model.score(messages)).reward);
    return { together, alone };
  } finally {
    await model.dispose();
  }
}
