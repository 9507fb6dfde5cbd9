// Makes the mutant of a seed: a changed copy of a model folder.

import { createHash } from "node:crypto";
import { cp, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { randomFrom } from "../random.mjs";
import { mutateGguf } from "./mutate-gguf.mjs";
import { mutateHead } from "./mutate-head.mjs";
import { mutateReward } from "./mutate-reward.mjs";

/**
 * @param {object} task
 * @param {number} task.seed decides everything about the mutant
 * @param {string[]} task.folders unchanged model folders
 * @param {string} directory where the mutant goes
 * @returns {Promise<{ folder: string, part: string, change: string, isData: boolean, isSealed: boolean }>} `isSealed`: its
 * `reward.json` has the sizes and checksums of the changed files
 */
export async function makeMutant({ seed, folders }, directory) {
  const random = randomFrom(seed);
  const folder = random.pick(folders);
  await rm(directory, { recursive: true, force: true });
  await cp(folder, directory, { recursive: true });
  const rewardFile = path.join(directory, "reward.json");
  const text = await readFile(rewardFile, "utf8");
  const reward = JSON.parse(text);
  const isSealed = random.chance(0.6);
  const target = random.pick(["backbone", "backbone", "backbone", "head", "reward"]);
  if (target === "reward") {
    const { change, text: fresh } = mutateReward(text, random);
    await writeFile(rewardFile, fresh);
    // Its own checksum is never made to agree: then anything may be meant.
    return { folder, part: "reward", change, isData: false, isSealed: false };
  }
  const record = target === "head" ? reward.headFile : reward.backbone.files[reward.backbone.defaultType];
  const file = path.join(directory, record.file);
  const mutate = target === "head" ? mutateHead : mutateGguf;
  const { part, change, isData = part === "data", bytes } = mutate(await readFile(file), random);
  await writeFile(file, bytes);
  if (isSealed) {
    record.sizeBytes = (await stat(file)).size;
    record.sha256 = createHash("sha256").update(bytes).digest("hex");
    await writeFile(rewardFile, JSON.stringify(reward));
  }
  return { folder, part, change, isData, isSealed };
}
