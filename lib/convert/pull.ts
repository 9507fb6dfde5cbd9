import { basename } from "node:path";
import { downloadCheckpoint, type HubOptions } from "../data/hub/index.js";
import { InvalidArgumentError } from "../errors.js";
import { isAdapter } from "../model/checkpoint/adapter/open-adapter.js";
import { readAdapterConfig } from "../model/checkpoint/adapter/adapter-config.js";
import { checkHeadOptions, type HeadOptions } from "./convert-reference.js";
import { findBase } from "./find-base.js";
import { isHubId, parseHubName } from "./hub-name.js";
import { convertCheckpoint, type ConvertOptions, type ConvertResult } from "./convert.js";

/** What `pullModel` may be told. */
export interface PullOptions
  extends
    Omit<HubOptions, "onProgress">,
    Pick<ConvertOptions, "type" | "onProgress" | "base" | "baseRevision" | keyof HeadOptions> {
  /** Model folder to make. Default: `models/<name>`. */
  to?: string | undefined;
}

/**
 * Downloads a reward model from the Hub into the shared cache and converts it to a model folder. What is in the cache is not
 * fetched again, an interrupted download continues. An adapter of PEFT is merged into the base that its configuration names, which is
 * downloaded, too.
 * @param hubIdOrPage `owner/name` on the Hub, `owner/name@revision`, or the address of its page
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
export async function pullModel(hubIdOrPage: string, options: PullOptions = {}): Promise<ConvertResult> {
  const named = parseHubName(hubIdOrPage);
  if (named === undefined) {
    throw new InvalidArgumentError(
      `Expected owner/name on the Hub but received ${JSON.stringify(hubIdOrPage)}. For a folder on this machine use convert.`,
    );
  }
  const { hubId } = named;
  const { to = `models/${basename(hubId)}`, type, base, baseRevision, ...rest } = options;
  const { head, reference, referenceRevision, beta, reduction, ...download } = rest;
  checkHeadOptions(rest);
  const { directory, commit } = await downloadCheckpoint(hubId, {
    ...download,
    revision: download.revision ?? named.revision,
  });
  const { signal, onProgress } = options;
  const own =
    (await isAdapter(directory)) && base === undefined
      ? await namedBase(hubId, directory)
      : { base, revision: baseRevision };
  const under =
    own.base === undefined
      ? undefined
      : await findBase(own.base, { ...download, revision: own.revision, onProgress });
  return convertCheckpoint(directory, to, {
    type,
    hubId,
    revision: commit,
    base: under?.directory,
    head,
    reference,
    referenceRevision,
    beta,
    reduction,
    signal,
    onProgress,
  });
}

/** The base that an adapter's configuration names. @throws CheckpointError; InvalidArgumentError when it is not on the Hub */
async function namedBase(
  hubId: string,
  directory: string,
): Promise<{ base: string; revision: string | undefined }> {
  const { base_model_name_or_path: base, revision } = (await readAdapterConfig(directory)) ?? {};
  if (typeof base === "string" && isHubId(base)) return { base, revision: revision ?? undefined };
  throw new InvalidArgumentError(
    `${hubId} is an adapter of PEFT whose base is ${JSON.stringify(base ?? null)}, no owner/name on the Hub: give it with --base.`,
    { details: { hubId, base } },
  );
}
