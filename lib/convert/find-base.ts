import path from "node:path";
import { downloadCheckpoint, hubIdOfCache, type HubOptions } from "../data/hub/index.js";
import { InvalidArgumentError } from "../errors.js";
import { exists } from "../util/files/optional-file.js";
import { isHubId } from "./hub-name.js";

/** The base under an adapter, on this machine. */
export interface FoundBase {
  directory: string;
  hubId: string | null;
  revision: string | null;
}

/**
 * Finds a base: a folder where there is one of that name, else a model on the Hub.
 * @param download of the base; its revision says which one on the Hub
 * @param role what it is, for messages
 * @throws InvalidArgumentError for what is neither; DownloadError `DOWNLOAD_FAILED`; `signal.reason`
 */
export async function findBase(base: string, download: HubOptions, role = "base"): Promise<FoundBase> {
  if (await exists(base)) {
    const commit = path.basename(path.resolve(base));
    const hubId = hubIdOfCache(path.resolve(base)) ?? null;
    return { directory: base, hubId, revision: hubId === null ? null : commit };
  }
  if (!isHubId(base)) {
    throw new InvalidArgumentError(
      `Expected a folder, or owner/name on the Hub, for the ${role} but received ${JSON.stringify(base)}, which is neither.`,
      { details: { base } },
    );
  }
  const { directory, commit } = await downloadCheckpoint(base, download);
  return { directory, hubId: base, revision: commit };
}
