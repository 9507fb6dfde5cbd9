import type { ReadableStream } from "node:stream/web";
import { DownloadError } from "../../errors.js";
import { defaultHubUrl, defaultToken } from "./hub-settings.js";
import type { HubFile } from "./download-file.js";
import { fileDownloadInfo, HUB_URL, HubApiError, type RepoDesignation } from "./hub-client.js";
import { retryingFetch, type RetryPolicy } from "./retrying-fetch.js";

/** How to reach the Hub. */
export interface Access {
  fetch: typeof fetch;
  accessToken?: string;
  hubUrl?: string;
}

/** How the user reaches the Hub. @param options what is missing comes from the variables that the Hub's other tools honour */
export async function hubAccess(options: {
  token?: string | undefined;
  hubUrl?: string | undefined;
  signal?: AbortSignal | undefined;
  retry: RetryPolicy;
}): Promise<Access> {
  const accessToken = options.token ?? (await defaultToken());
  const hubUrl = options.hubUrl ?? defaultHubUrl();
  return {
    fetch: withoutTokenElsewhere(retryingFetch(options.signal, options.retry), hubUrl),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(hubUrl === undefined ? {} : { hubUrl }),
  };
}

/** The host of the Hub, or of what the user has in its place. */
export function hubHost(hubUrl: string = defaultHubUrl() ?? HUB_URL): string {
  return URL.canParse(hubUrl) ? new URL(hubUrl).host : hubUrl;
}

/**
 * Keeps the token to the Hub's own origin, whatever address is asked for: bytes lie on other hosts, at signed addresses, and a
 * listing names the address of its next page itself.
 */
function withoutTokenElsewhere(send: typeof fetch, hubUrl: string = HUB_URL): typeof fetch {
  const { origin } = new URL(hubUrl);
  return (input, init) => {
    const address = input instanceof Request ? input.url : input;
    if (new URL(address).origin === origin) return send(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.delete("authorization");
    headers.delete("cookie");
    return send(input, { ...init, headers });
  };
}

/**
 * The bytes of a repository's file from `start`.
 * @throws HubApiError for what asking again does not change; RangeIgnoredError
 */
export async function openRange(
  access: Access,
  repo: RepoDesignation,
  commit: string,
  file: HubFile,
  start: number,
): Promise<ReadableStream<Uint8Array>> {
  const info = await fileDownloadInfo({ ...access, repo, revision: commit, path: file.path });
  if (info === null) throw new Error(`${file.path} is listed but cannot be downloaded`);
  const { url } = info;
  const response = await access.fetch(url, {
    headers: {
      ...(start > 0 ? { Range: `bytes=${start}-` } : {}),
      ...(access.accessToken === undefined ? {} : { Authorization: `Bearer ${access.accessToken}` }),
    },
  });
  if (!response.ok) throw new HubApiError(url, response.status);
  if (response.body === null) throw new Error(`${file.path} came without content`);
  return response.body as ReadableStream<Uint8Array>;
}

/**
 * A file as the Hub lists it.
 * @throws DownloadError `DOWNLOAD_FAILED` when its path or its checksum, which become names in the cache, lead out of it
 */
export function hubFile(entry: { path: string; size: number; oid?: string; lfs?: { oid: string } }): HubFile {
  const { path, size, oid = "", lfs } = entry;
  const checksum: HubFile["checksum"] =
    lfs === undefined ? { algorithm: "git-sha1", hex: oid } : { algorithm: "sha256", hex: lfs.oid };
  const isInside = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isInside || path.includes("\\") || !isChecksum(checksum.hex)) {
    throw new DownloadError(
      "DOWNLOAD_FAILED",
      `The Hub lists a file ${JSON.stringify(path)} with the checksum ${JSON.stringify(checksum.hex)}, which no repository has. ` +
        "Check HF_ENDPOINT.",
      { details: { path, checksum: checksum.hex } },
    );
  }
  return { path, sizeBytes: size, checksum };
}

/** SHA-1 or SHA-256. */
function isChecksum(hex: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hex);
}
