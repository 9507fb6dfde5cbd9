import { join } from "node:path";
import { DownloadError } from "../../errors.js";
import type { PhaseProgress } from "../../score/score.js";
import { exists } from "../../util/files/optional-file.js";
import { CacheLayout, checkedCommit } from "./cache-layout.js";
import { downloadToFile, type HubFile } from "./download-file.js";
import { explainDownload } from "./explain-download.js";
import { hubAccess, hubFile, hubHost, openRange, type Access } from "./hub-access.js";
import { datasetInfo, listFiles, modelInfo } from "./hub-client.js";
import { defaultCacheDir, isOffline } from "./hub-settings.js";
import { DEFAULT_RETRY, type RetryPolicy } from "./retrying-fetch.js";

/** A repository of the Hub. */
export interface HubRepository {
  type: "model" | "dataset";
  /** `owner/name`. */
  name: string;
}

/** How the Hub is reached and where its files go. */
export interface HubOptions {
  /** Branch, tag or commit. Default `main`. */
  revision?: string | undefined;
  /** Default: `HF_TOKEN`, else the token the Hub's command line stored. Sent to the Hub's own origin only. */
  token?: string | undefined;
  /** Default: `HF_ENDPOINT`, else the public Hub. */
  hubUrl?: string | undefined;
  /** Default: the shared cache (`HF_HUB_CACHE`, `HF_HOME`, …). */
  cacheDir?: string | undefined;
  /** Default: five tries within about half a minute. */
  retry?: RetryPolicy | undefined;
  /** Ends the download, which rejects with `signal.reason`; what arrived is kept. */
  signal?: AbortSignal | undefined;
  /** Told the bytes present and the bytes in all, over all files. */
  onProgress?: ((progress: PhaseProgress<"download", "bytes">) => void) | undefined;
}

/** What `downloadSnapshot` needs. */
export interface SnapshotOptions extends HubOptions {
  /** Which files to look at, by their paths in the repository. */
  wanted: (path: string) => boolean;
  /** Whether files in folders are looked at, too. Default true. */
  recursive?: boolean | undefined;
  /**
   * Chooses the files to fetch among those by path, where that depends on all of them or on what is in some. Default: all.
   * @param fetch brings files at once; gives the folder they are in
   */
  choose?:
    | ((
        files: ReadonlyMap<string, HubFile>,
        fetch: (paths: readonly string[]) => Promise<string>,
      ) => Promise<readonly string[]>)
    | undefined;
  /** Files of which a copy in the cache has one, or is none; asked where the network is forbidden. */
  essential?: readonly string[] | undefined;
  /** Turns what went wrong into the error that is thrown. Default: says what the Hub answered, and what to do. */
  explain?: ((error: unknown) => unknown) | undefined;
}

/** Files of a repository on disk, and the commit they are of. */
export interface Snapshot {
  /** Folder with the files by their paths in the repository. */
  directory: string;
  /** Hash of the commit, also where a branch was asked for. */
  commit: string;
}

/**
 * Downloads files of a Hub repository into the shared cache. Files already there are not fetched again, interrupted ones
 * continue, every file is checked against the Hub's checksum. With `HF_HUB_OFFLINE` the cache's copy is taken.
 *
 * Listing, revision and download addresses come from `@huggingface/hub`; its own cache download neither resumes nor
 * checks, so the bytes are written here. Plain HTTP ranges are used instead of the Hub's xet protocol because only they
 * resume in the middle of a file.
 * @throws DownloadError `DOWNLOAD_FAILED`; FileError `FILE_FAILED` when the disk refuses; `signal.reason`
 * @example
 * ```ts
 * // Needs the network.
 * import { downloadSnapshot } from "llama-reward/hub";
 *
 * const { directory } = await downloadSnapshot(
 *   { type: "dataset", name: "allenai/reward-bench" },
 *   { wanted: (path) => path.endsWith(".parquet"), signal: AbortSignal.timeout(600_000) },
 * );
 * console.log(directory);
 * ```
 */
export async function downloadSnapshot(repo: HubRepository, options: SnapshotOptions): Promise<Snapshot> {
  const { revision = "main", retry = DEFAULT_RETRY, recursive = true, signal, onProgress } = options;
  const cache = new CacheLayout(options.cacheDir ?? defaultCacheDir(), repo.name, `${repo.type}s`);
  if (isOffline()) return cachedSnapshot(cache, repo, revision, options.essential);
  const access = await hubAccess({ ...options, retry });
  try {
    const asked = { ...access, name: repo.name, revision };
    const { sha } =
      repo.type === "model"
        ? await modelInfo({ ...asked, additionalFields: ["sha"] })
        : await datasetInfo({ ...asked, additionalFields: ["sha"] });
    const commit = checkedCommit(sha);
    const listed = new Map<string, HubFile>();
    for await (const entry of listFiles({ ...access, repo, revision: commit, recursive })) {
      if (entry.type === "file" && options.wanted(entry.path)) listed.set(entry.path, hubFile(entry));
    }
    const download: Download = { access, repo, commit, cache, retry, signal };
    const directory = cache.snapshotDir(commit);
    const filesAt = (paths: readonly string[]): HubFile[] => paths.flatMap((path) => listed.get(path) ?? []);
    const fetchNow = (paths: readonly string[]): Promise<string> =>
      fetchFiles(filesAt(paths), download, () => undefined).then(() => directory);
    const files = filesAt((await options.choose?.(listed, fetchNow)) ?? [...listed.keys()]);
    if (revision !== commit) await cache.writeRef(revision, commit);
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    await fetchFiles(files, download, (done) => {
      onProgress?.({ phase: "download", unit: "bytes", done, total });
    });
    return { directory, commit };
  } catch (error) {
    signal?.throwIfAborted();
    const explain =
      options.explain ??
      ((cause: unknown): unknown =>
        explainDownload(cause, {
          hubId: repo.name,
          revision,
          hasToken: access.accessToken !== undefined,
          host: hubHost(access.hubUrl),
        }));
    throw explain(error);
  }
}

interface Download {
  access: Access;
  repo: HubRepository;
  commit: string;
  cache: CacheLayout;
  retry: RetryPolicy;
  signal: AbortSignal | undefined;
}

/** @param onBytes told how many bytes of these files are there */
async function fetchFiles(
  files: readonly HubFile[],
  { access, repo, commit, cache, retry, signal }: Download,
  onBytes: (done: number) => void,
): Promise<void> {
  let finished = 0;
  for (const file of files) {
    const etag = file.checksum.hex;
    if (!(await cache.hasFile(commit, file.path, file.sizeBytes))) {
      await downloadToFile(file, cache.blobPath(etag), {
        retry,
        signal,
        onBytes: (bytes) => {
          onBytes(finished + bytes);
        },
        open: (start) => openRange(access, repo, commit, file, start),
      });
      await cache.link(commit, file.path, etag);
    }
    finished += file.sizeBytes;
    onBytes(finished);
  }
}

/** What an earlier run downloaded; whether that is everything is for its reader to see. */
async function cachedSnapshot(
  cache: CacheLayout,
  { name }: HubRepository,
  revision: string,
  essential: readonly string[] = [""],
): Promise<Snapshot> {
  const commit = (await cache.readRef(revision)) ?? revision;
  const directory = cache.snapshotDir(commit);
  for (const file of essential) if (await exists(join(directory, file))) return { directory, commit };
  throw new DownloadError(
    "DOWNLOAD_FAILED",
    `HF_HUB_OFFLINE is set, and the cache has no copy of ${name} at revision "${revision}" (${directory}). ` +
      "Unset it and run the command again with a network.",
    { details: { directory } },
  );
}
