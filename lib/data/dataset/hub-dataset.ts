import { join } from "node:path";
import { DatasetError, DownloadError } from "../../errors.js";
import { CacheLayout, checkedCommit } from "../hub/cache-layout.js";
import { defaultCacheDir, isOffline } from "../hub/hub-settings.js";
import { hubAccess, hubFile, openRange } from "../hub/hub-access.js";
import { datasetInfo, listFiles } from "../hub/hub-client.js";
import { downloadToFile, type HubFile } from "../hub/download-file.js";
import { DEFAULT_RETRY } from "../hub/retrying-fetch.js";
import { isDataFileName } from "./data-file.js";
import { chooseFiles, type DatasetPart } from "./folder/choose-files.js";
import { CARD_FILES, readCard } from "./folder/dataset-card.js";
import { isPassedOver } from "./folder/passed-over.js";
import { messageOf } from "../../util/caught.js";
import { fileSize } from "../../util/files/file-size.js";

/** How a dataset of the Hub is named where a path is expected: `hub:owner/name`. Nothing else reaches the network. */
const HUB_PREFIX = "hub:";

/** Datasets are read at the head of their main branch. */
const REVISION = "main";

/** What follows `hub:` in `hub:owner/name` or `hub:owner/name/folder`; undefined for a path. */
export function hubDatasetId(path: string): string | undefined {
  return path.startsWith(HUB_PREFIX) ? path.slice(HUB_PREFIX.length) : undefined;
}

/** What `downloadDataset` may be told. */
export interface DownloadDatasetOptions extends DatasetPart {
  /** Default: `HF_ENDPOINT`, else the public Hub. */
  hubUrl?: string | undefined;
  /** Default: the cache that the Hub's other tools share. */
  cacheDir?: string | undefined;
}

/**
 * Fetches the files to read of a Hub dataset into the shared cache; files already there are not fetched again. Offline, by
 * `HF_HUB_OFFLINE`, it takes those of the last time.
 * @param hubId `owner/name`, or `owner/name/folder` for what lies in a folder of it
 * @returns the folder with the files, for `findDataFiles` with the same options
 * @throws DownloadError; DatasetError the repository has no data file, or several splits or configurations and none is chosen
 */
export async function downloadDataset(hubId: string, options: DownloadDatasetOptions = {}): Promise<string> {
  const { cacheDir = defaultCacheDir() } = options;
  const parts = hubId.split("/");
  const name = parts.slice(0, 2).join("/");
  const subfolder = parts
    .slice(2)
    .filter((part) => part !== "")
    .join("/");
  const cache = new CacheLayout(cacheDir, name, "datasets");
  if (isOffline()) return join(await cachedFolder(cache, name), subfolder);
  const access = await hubAccess({ hubUrl: options.hubUrl, retry: DEFAULT_RETRY });
  const repo = { type: "dataset", name } as const;
  try {
    const { sha } = await datasetInfo({ ...access, name, additionalFields: ["sha"] });
    const commit = checkedCommit(sha);
    const listed = new Map<string, HubFile>();
    const prefix = subfolder === "" ? "" : `${subfolder}/`;
    for await (const entry of listFiles({ ...access, repo, revision: commit, recursive: true })) {
      if (entry.type === "file" && entry.path.startsWith(prefix) && isWanted(entry.path.slice(prefix.length)))
        listed.set(entry.path.slice(prefix.length), hubFile(entry));
    }
    const snapshot = cache.snapshotDir(commit);
    const folder = join(snapshot, subfolder);
    const fetchFile = async (path: string): Promise<void> => {
      const file = listed.get(path);
      if (file === undefined) return;
      const target = join(snapshot, file.path);
      if ((await fileSize(target)) === file.sizeBytes) return;
      await downloadToFile(file, target, {
        retry: DEFAULT_RETRY,
        onBytes: () => undefined,
        open: (start) => openRange(access, repo, commit, file, start),
      });
    };
    for (const card of CARD_FILES) await fetchFile(card);
    const paths = [...listed.keys()].filter(isDataFileName).sort();
    const chosen = chooseFiles(paths, await readCard(folder), options, `hub:${hubId}`);
    for (const path of chosen) await fetchFile(path);
    await cache.writeRef(REVISION, commit);
    return folder;
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DownloadError(
      "DOWNLOAD_FAILED",
      `The dataset ${hubId} could not be fetched: ${messageOf(error)}. Check the name, accept its terms on its page if it ` +
        "has any and set HF_TOKEN, or download it by hand and pass the folder.",
      { cause: error },
    );
  }
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

function isWanted(path: string): boolean {
  const isCard = CARD_FILES.some((card) => card === path);
  return isCard || (isDataFileName(path) && !isPassedOver(path));
}
