import { basename } from "node:path";
import { downloadCheckpoint, type HubOptions } from "../data/hub/index.js";
import { InvalidArgumentError } from "../errors.js";
import { convertCheckpoint, type ConvertOptions, type ConvertResult } from "./convert.js";

/** What `pullModel` may be told. */
export interface PullOptions
  extends Omit<HubOptions, "onProgress">, Pick<ConvertOptions, "type" | "onProgress"> {
  /** Model folder to make. Default: `models/<name>`. */
  to?: string | undefined;
}

const HUB_ID = /^[\w.-]+\/[\w.-]+$/;

/**
 * Downloads a reward model from the Hub into the shared cache and converts it to a model folder. What is in the cache is not
 * fetched again, an interrupted download continues.
 * @param hubId `owner/name` on the Hub
 * @throws InvalidArgumentError `INVALID_ARGUMENT` that is no `owner/name`
 * @throws DownloadError `DOWNLOAD_FAILED`; else what `convertCheckpoint` throws; `signal.reason`
 * @example
 * ```ts
 * // Needs the network.
 * import { pullModel } from "llama-reward/convert";
 *
 * const { modelDir } = await pullModel("Ray2333/GRM-llama3.2-3B-sftreg", {
 *   to: "models/grm-3b",
 *   onProgress: ({ phase, done, total, unit }) => console.log(phase, done, total, unit),
 * });
 * console.log(modelDir);
 * ```
 */
export async function pullModel(hubId: string, options: PullOptions = {}): Promise<ConvertResult> {
  if (!HUB_ID.test(hubId)) {
    throw new InvalidArgumentError(
      `Expected owner/name on the Hub but received ${JSON.stringify(hubId)}. For a folder on this machine use convert.`,
    );
  }
  const { to = `models/${basename(hubId)}`, type, ...download } = options;
  const { directory, commit } = await downloadCheckpoint(hubId, download);
  const { signal, onProgress } = options;
  return convertCheckpoint(directory, to, { type, hubId, revision: commit, signal, onProgress });
}
