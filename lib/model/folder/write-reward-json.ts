import path from "node:path";
import { writeWhole } from "../../util/files/write-whole.js";
import { fileError } from "../../util/caught.js";
import { REWARD_JSON } from "./file-names.js";
import { rewardJsonSchema, type RewardJson } from "./reward-json.js";
import { scoringChecksum } from "./scoring-checksum.js";

/**
 * Writes `reward.json` whole or not at all, with the checksum of its scoring part.
 * @returns what was written
 * @throws FileError `FILE_FAILED`
 */
export async function writeRewardJson(modelDir: string, content: RewardJson): Promise<RewardJson> {
  const file = path.join(modelDir, REWARD_JSON);
  // First as it will be read back, then sealed: the checksum is that of what the file says.
  const parsed = rewardJsonSchema.parse({ ...content, scoringSha256: scoringChecksum(content) });
  const sealed: RewardJson = { ...parsed, scoringSha256: scoringChecksum(parsed) };
  const text = `${JSON.stringify(sealed, null, 2)}\n`;
  await writeWhole(file, text).catch((cause: unknown) => {
    throw fileError("write", file, cause);
  });
  return sealed;
}
