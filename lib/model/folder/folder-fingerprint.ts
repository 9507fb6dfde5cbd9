import type { BackboneType } from "../architecture/backbone-type.js";
import { ModelLoadError } from "../../errors.js";
import { modelFingerprint, pairFingerprint } from "./fingerprint.js";
import { readReference } from "./read-reference.js";
import { readRewardJson } from "./read-reward-json.js";
import type { RewardJson } from "./reward-json.js";

/** What a model folder says of itself, and the fingerprint that its model has once it is loaded. */
export interface FolderFingerprint {
  reward: RewardJson;
  type: BackboneType;
  fingerprint: string;
}

/**
 * The fingerprint of a model folder, without its weights: `reward.json` has their checksums, which are compared with the files when
 * the model is loaded.
 * @param type default: the one `reward.json` names
 * @throws ModelLoadError `MODEL_NOT_FOUND` no model folder, or no backbone of this type; `MODEL_INVALID`, `MODEL_UNSUPPORTED`
 */
export async function folderFingerprint(modelDir: string, type?: BackboneType): Promise<FolderFingerprint> {
  const reward = await readRewardJson(modelDir);
  const chosen = type ?? reward.backbone.defaultType;
  if (reward.backbone.files[chosen] === undefined) {
    throw new ModelLoadError(
      "MODEL_NOT_FOUND",
      `${modelDir} has no backbone of type ${chosen}, only ${Object.keys(reward.backbone.files).join(", ")}.`,
    );
  }
  const own = modelFingerprint(reward, chosen);
  const reference = await readReference(modelDir, reward);
  const fingerprint =
    reference === undefined ? own : pairFingerprint(own, modelFingerprint(reference, chosen));
  return { reward, type: chosen, fingerprint };
}
