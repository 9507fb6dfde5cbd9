import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import type { BackboneType } from "../model/architecture/backbone-type.js";
import { REFERENCE_FOLDER } from "../model/folder/file-names.js";
import { lockModelFolder } from "../model/folder/folder-lock.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { writeRewardJson } from "../model/folder/write-reward-json.js";

/**
 * Makes a type that a model folder has its default, of a DPO model's reference, too.
 * @returns the new content of `reward.json`
 * @throws InvalidArgumentError the folder has no backbone of this type; ModelLoadError; FileError
 */
export async function setDefaultType(modelDir: string, type: BackboneType): Promise<RewardJson> {
  await readRewardJson(modelDir);
  const lock = await lockModelFolder(modelDir, true);
  try {
    const reward = await readRewardJson(modelDir);
    const { files } = reward.backbone;
    if (files[type] === undefined) {
      throw new InvalidArgumentError(
        `${modelDir} has no ${type} backbone to be the default, only ${Object.keys(files).join(", ")}. Make it with ` +
          `\`llama-reward quantize ${modelDir} --type ${type} --default ${type}\`.`,
      );
    }
    if (reward.reference !== undefined) await setDefaultType(path.join(modelDir, REFERENCE_FOLDER), type);
    return await writeRewardJson(modelDir, {
      ...reward,
      backbone: { ...reward.backbone, defaultType: type },
    });
  } finally {
    await lock.release();
  }
}
