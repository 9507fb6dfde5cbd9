import path from "node:path";
import { writeWhole } from "../util/write-whole.js";
import { fileError } from "./file-error.js";
import { REWARD_JSON } from "./file-names.js";
import { rewardJsonSchema, type RewardJson } from "./reward-json.js";

/** Writes `reward.json` whole or not at all. @throws FileError `FILE_FAILED` */
export async function writeRewardJson(modelDir: string, content: RewardJson): Promise<void> {
  const file = path.join(modelDir, REWARD_JSON);
  const text = `${JSON.stringify(rewardJsonSchema.parse(content), null, 2)}\n`;
  await writeWhole(file, text).catch((cause: unknown) => {
    throw fileError("write", file, cause);
  });
}
