import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DownloadError } from "../errors.js";
import { CacheLayout, checkedCommit, defaultCacheDir, isOffline } from "../hub/cache-layout.js";
import { hubAccess, hubFile, openRange } from "../hub/hub-access.js";
import { datasetInfo, listFiles } from "../hub/hub-client.js";
import { downloadToFile, type HubFile } from "../hub/download-file.js";
import { DEFAULT_RETRY } from "../hub/retrying-fetch.js";
import { isDataFileName, splitOfName } from "./data-file.js";
import { messageOf, unreadable } from "./dataset-row.js";

/** How a dataset of the Hub is named where a path is expected: `hub:owner/name`. Nothing else reaches the network. */
const HUB_PREFIX = "hub:";

/** Datasets are read at the head of their main branch. */
const REVISION = "main";

/** The Hub id of `hub:owner/name`; undefined for a path. */
export function hubDatasetId(path: string): string | undefined {
  return path.startsWith(HUB_PREFIX) ? path.slice(HUB_PREFIX.length) : undefined;
}

/** What `downloadDataset` may be told. */
export interface DownloadDatasetOptions {
  /** Fetches only the files of this split, where file names say which they belong to. */
  split?: string | undefined;
  /** Default: `HF_ENDPOINT`, else the public Hub. */
  hubUrl?: string | undefined;
  /** Default: the cache that the Hub's other tools share. */
  cacheDir?: string | undefined;
}

/**
 * Fetches the data files of a Hub dataset into the shared cache; files already there are not fetched again. Offline, by
 * `HF_HUB_OFFLINE`, it takes those of the last time.
 * @returns the folder with the files
 * @throws DownloadError; DatasetError the repository has no data file
 */
export async function downloadDataset(hubId: string, options: DownloadDatasetOptions = {}): Promise<string> {
  const { split, cacheDir = defaultCacheDir() } = options;
  const cache = new CacheLayout(cacheDir, hubId, "datasets");
  if (isOffline()) return cachedFolder(cache, hubId);
  const access = await hubAccess({ hubUrl: options.hubUrl, retry: DEFAULT_RETRY });
  const repo = { type: "dataset", name: hubId } as const;
  try {
    const { sha } = await datasetInfo({ ...access, name: hubId, additionalFields: ["sha"] });
    const commit = checkedCommit(sha);
    const files: HubFile[] = [];
    for await (const entry of listFiles({ ...access, repo, revision: commit, recursive: true })) {
      if (entry.type === "file" && isWanted(entry.path, split)) files.push(hubFile(entry));
    }
    const folder = cache.snapshotDir(commit);
    for (const file of files) {
      const target = join(folder, file.path);
      if ((await sizeOf(target)) === file.sizeBytes) continue;
      await downloadToFile(file, target, {
        retry: DEFAULT_RETRY,
        onBytes: () => undefined,
        open: (start) => openRange(access, repo, commit, file, start),
      });
    }
    if (files.length > 0) {
      await cache.writeRef(REVISION, commit);
      return folder;
    }
  } catch (error) {
    throw new DownloadError(
      "DOWNLOAD_FAILED",
      `The dataset ${hubId} could not be fetched: ${messageOf(error)}. Check the name, accept its terms on its page if it ` +
        "has any and set HF_TOKEN, or download it by hand and pass the folder.",
      { cause: error },
    );
  }
  throw unreadable(`The dataset ${hubId} has no .jsonl, .json or .parquet file.`);
}

/** @throws DownloadError it was never fetched */
async function cachedFolder(cache: CacheLayout, hubId: string): Promise<string> {
  const commit = await cache.readRef(REVISION);
  if (commit !== undefined) return cache.snapshotDir(commit);
  throw new DownloadError(
    "DOWNLOAD_FAILED",
    `The dataset ${hubId} is not in the cache, and HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network. Unset it once.`,
  );
}

function isWanted(path: string, split: string | undefined): boolean {
  return isDataFileName(path) && (split === undefined || (splitOfName(path) ?? split) === split);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
