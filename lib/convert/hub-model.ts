import { DownloadError, InvalidArgumentError } from "../errors.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import type { ModelFinder } from "../model/model-finder.js";
import type { HubName } from "./hub-name.js";
import { cachedModelDir, isModelFolder } from "./model-cache.js";
import { pullModel } from "./pull.js";

/**
 * The folder of a model of the Hub in the user's cache, where it is made unless it is there with the type that is asked for.
 * @throws InvalidArgumentError `INVALID_ARGUMENT` no revision; DownloadError `DOWNLOAD_FAILED`; else what `pullModel` throws
 */
export async function cachedModel(
  name: HubName,
  { type, onProgress, signal }: Parameters<ModelFinder>[1],
): Promise<string> {
  const { hubId, revision } = name;
  if (/^\.{1,2}$/.test(revision))
    throw new InvalidArgumentError(`Expected a branch, a tag or a commit after @ but received ${revision}`);
  const modelDir = cachedModelDir(name);
  if (await isModelFolder(modelDir)) {
    const { backbone } = await readRewardJson(modelDir);
    if (type === undefined || type in backbone.files) return modelDir;
  }
  try {
    await pullModel(hubId, { to: modelDir, revision, type, onProgress, signal });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw new DownloadError(
      error.code,
      `There is no folder ${hubId} here. As a model of the Hub: ${error.message}`,
      {
        cause: error,
        details: error.details,
      },
    );
  }
  return modelDir;
}
