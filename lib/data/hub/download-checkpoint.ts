import { join } from "node:path";
import { DownloadError, FileError, RewardError } from "../../errors.js";
import type { PhaseProgress } from "../../score/score.js";
import { exists } from "../../util/files/optional-file.js";
import { SINGLE_FILE } from "../../model/checkpoint/checkpoint.js";
import { INDEX_FILE } from "../../model/checkpoint/shard-index.js";
import { CacheLayout, checkedCommit } from "./cache-layout.js";
import { defaultCacheDir, isOffline } from "./hub-settings.js";
import { downloadToFile, type HubFile, isDiskFault } from "./download-file.js";
import { hubAccess, hubFile, openRange, type Access } from "./hub-access.js";
import { HubApiError, listFiles, modelInfo } from "./hub-client.js";
import { DEFAULT_RETRY, type RetryPolicy } from "./retrying-fetch.js";
import { hasWeights, indexFile, weightFiles } from "./weight-files.js";
import { messageOf } from "../../util/caught.js";

/** Options of `downloadCheckpoint`. */
export interface DownloadCheckpointOptions {
  /** Branch, tag or commit. Default `main`. */
  revision?: string | undefined;
  /** Default: `HF_TOKEN`, else the token the Hub's command line stored. */
  token?: string | undefined;
  /** Default: `HF_ENDPOINT`, else the public Hub. */
  hubUrl?: string | undefined;
  /** Default: the shared cache (`HF_HUB_CACHE`, `HF_HOME`, …). */
  cacheDir?: string | undefined;
  retry?: RetryPolicy | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes present and bytes in all, over all files. */
  onProgress?: ((progress: PhaseProgress<"download", "bytes">) => void) | undefined;
}

/** A checkpoint folder on disk and the commit it is. */
export interface DownloadedCheckpoint {
  directory: string;
  commit: string;
}

/**
 * What a conversion reads beside weights, or refuses by name (adapters, a value head in a pickle): without them the rest would be
 * taken for the whole. Everything else of a repository (optimizer states, other formats) stays on the Hub.
 */
const NEEDED_FILE =
  /^(?:config\.json|tokenizer\.json|tokenizer\.model|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.json|merges\.txt|chat_template\.(?:jinja|json)|profile\.json|adapter_model\.(?:safetensors|bin)|value_head\.bin)$/;

/** What is looked at in a listing: those, weights of any name, and what tells an adapter. */
const MAY_BE_READ = new RegExp(
  `${NEEDED_FILE.source}|\\.safetensors(?:\\.index\\.json)?$|^adapter_config\\.json$`,
);

/**
 * Downloads what conversion needs of a Hub repository into the shared cache. Files already there are not fetched again,
 * interrupted ones continue, every file is checked against the Hub's checksum. With `HF_HUB_OFFLINE` the cache's copy is taken.
 *
 * Listing, revision and download addresses come from `@huggingface/hub`; its own cache download neither resumes nor
 * checks, so the bytes are written here. Plain HTTP ranges are used instead of the Hub's xet protocol because only they
 * resume in the middle of a file.
 * @throws DownloadError `DOWNLOAD_FAILED`; FileError `FILE_FAILED` when the disk refuses
 */
export async function downloadCheckpoint(
  hubId: string,
  options: DownloadCheckpointOptions = {},
): Promise<DownloadedCheckpoint> {
  const revision = options.revision ?? "main";
  const retry = options.retry ?? DEFAULT_RETRY;
  const cache = new CacheLayout(options.cacheDir ?? defaultCacheDir(), hubId);
  if (isOffline()) return cachedCheckpoint(cache, hubId, revision);
  const access = await hubAccess({ ...options, retry });
  try {
    const { sha } = await modelInfo({ ...access, name: hubId, revision, additionalFields: ["sha"] });
    const commit = checkedCommit(sha);
    const listed = new Map<string, HubFile>();
    for await (const entry of listFiles({ ...access, repo: hubId, revision: commit })) {
      if (entry.type === "file" && MAY_BE_READ.test(entry.path)) listed.set(entry.path, hubFile(entry));
    }
    checkComplete(hubId, listed);
    if (revision !== commit) await cache.writeRef(revision, commit);

    const download = { access, hubId, commit, cache, retry, signal: options.signal };
    const small = [...listed.values()].filter((file) => NEEDED_FILE.test(file.path));
    const directory = cache.snapshotDir(commit);
    const index = indexFile(listed);
    await fetchFiles(index, download, () => undefined);
    const files = [...small, ...index, ...(await weightFiles(listed, directory))];
    const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    await fetchFiles(files, download, (done) =>
      options.onProgress?.({ phase: "download", unit: "bytes", done, total }),
    );
    return { directory, commit };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw explain(error, hubId, revision, access.accessToken !== undefined);
  }
}

interface Download {
  access: Access;
  hubId: string;
  commit: string;
  cache: CacheLayout;
  retry: RetryPolicy;
  signal?: AbortSignal | undefined;
}

/** @param onBytes told how many bytes of these files are there */
async function fetchFiles(
  files: readonly HubFile[],
  { access, hubId, commit, cache, retry, signal }: Download,
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
        open: (start) => openRange(access, hubId, commit, file, start),
      });
      await cache.link(commit, file.path, etag);
    }
    finished += file.sizeBytes;
    onBytes(finished);
  }
}

/** What an earlier run downloaded; whether that is everything is for the conversion to see. */
async function cachedCheckpoint(
  cache: CacheLayout,
  hubId: string,
  revision: string,
): Promise<DownloadedCheckpoint> {
  const commit = (await cache.readRef(revision)) ?? revision;
  const directory = cache.snapshotDir(commit);
  if (await exists(join(directory, "config.json"))) return { directory, commit };
  throw new DownloadError(
    "DOWNLOAD_FAILED",
    `HF_HUB_OFFLINE is set, and the cache has no copy of ${hubId} at revision "${revision}" (${directory}). ` +
      "Unset it and run the command again with a network.",
    { details: { directory } },
  );
}

function checkComplete(hubId: string, files: ReadonlyMap<string, HubFile>): void {
  const missing = [
    ...(files.has("config.json") ? [] : ["config.json"]),
    ...(hasWeights(files) ? [] : [`${SINGLE_FILE}, no ${INDEX_FILE} that lists *.safetensors`]),
    ...(files.has("tokenizer.json") || files.has("tokenizer.model")
      ? []
      : ["tokenizer.json or tokenizer.model"]),
  ];
  if (missing.length === 0) return;
  throw new DownloadError(
    "DOWNLOAD_FAILED",
    `${hubId} has no ${missing.join(", no ")}, so it cannot be converted. ${adviceFor([...files.keys()])}`,
    { details: { missing } },
  );
}

function adviceFor(names: readonly string[]): string {
  if (names.includes("adapter_config.json")) {
    return "It holds an adapter for another model: merge the two with the peft library, and convert the folder that gives.";
  }
  const others = names.filter((name) => /^[^/]*\.safetensors$/.test(name));
  if (others.length > 0) {
    return `Its weights (${others.slice(0, 3).join(", ")}) have names that say nothing about what belongs together: save it again with transformers.`;
  }
  return (
    "Pickle weights (*.bin) are not read, because loading them can run code: look for a safetensors revision or convert them " +
    "with the safetensors package first."
  );
}

/** Turns what the Hub client throws into one sentence that says what to do. */
function explain(error: unknown, hubId: string, revision: string, hasToken: boolean): unknown {
  if (error instanceof RewardError) return error;
  const options = { cause: error };
  if (error instanceof HubApiError) {
    const advice: Partial<Record<number, string>> = {
      401: hasToken
        ? "The token was refused: check HF_TOKEN, and that it may read this model."
        : "No such public model, or it needs a token: set HF_TOKEN after accepting the model's terms on its page.",
      403: "Accept the model's terms on its page, then use a token of the same account in HF_TOKEN.",
      404: `Check the name and the revision "${revision}".`,
      429: "The Hub limits requests from this address: wait a few minutes, or set HF_TOKEN.",
    };
    const what = advice[error.statusCode] ?? "Try again later.";
    return new DownloadError(
      "DOWNLOAD_FAILED",
      `The Hub answered ${error.statusCode} for ${hubId}. ${what}`,
      {
        ...options,
        details: { status: error.statusCode, url: error.url },
      },
    );
  }
  if (isDiskFault(error)) {
    return new FileError(
      "FILE_FAILED",
      `Writing ${hubId} to the cache failed: ${messageOf(error)}. What arrived is kept; run the command again to continue.`,
      options,
    );
  }
  return new DownloadError(
    "DOWNLOAD_FAILED",
    `Downloading ${hubId} failed: ${messageOf(error)}. Run the command again to continue.`,
    options,
  );
}
