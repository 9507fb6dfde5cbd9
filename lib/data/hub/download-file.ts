import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { setTimeout as sleep } from "node:timers/promises";
import { DownloadError } from "../../errors.js";
import { backoff, RangeIgnoredError, type RetryPolicy } from "./retrying-fetch.js";
import { messageOf, codeOf } from "../../util/caught.js";
import { fileSize } from "../../util/files/optional-file.js";
import { syncFile } from "../../util/files/write-whole.js";

/** One file of a repository as the Hub lists it. */
export interface HubFile {
  path: string;
  sizeBytes: number;
  /** SHA-256 of a large file (LFS), else the git blob id: SHA-1 of `blob <size>\0` and the content. */
  checksum: { algorithm: "sha256" | "git-sha1"; hex: string };
}

/** Where the bytes come from: the file's bytes from `start` to its end. */
export type OpenRange = (start: number) => Promise<ReadableStream<Uint8Array>>;

/** What `downloadToFile` needs besides the file. */
export interface DownloadOptions {
  open: OpenRange;
  retry: RetryPolicy;
  signal?: AbortSignal | undefined;
  /** Called with the bytes of this file present so far. */
  onBytes: (bytes: number) => void;
}

/**
 * Downloads one file to `target`, resuming `<target>.incomplete` if an earlier run left one, and checks its checksum
 * before it gets its name. A dropped connection continues where it broke off; each attempt that brings new bytes
 * restarts the count, so a slow line that drops every minute still finishes. Another process may download the same file at
 * the same time: both write the same bytes to the same places, and the first to finish gives it its name.
 * @throws DownloadError `DOWNLOAD_FAILED`: the connection kept failing, or the checksum is wrong twice.
 */
export async function downloadToFile(file: HubFile, target: string, options: DownloadOptions): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  try {
    await downloadAndCheck(file, target, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(await isComplete(target, file))) throw error;
  }
}

async function downloadAndCheck(file: HubFile, target: string, options: DownloadOptions): Promise<void> {
  const incomplete = `${target}.incomplete`;
  for (let wrongChecksums = 0; ; wrongChecksums++) {
    await fetchToEnd(file, target, options);
    if (await isComplete(target, file)) return;
    const found = await checksumOf(incomplete, file, options.signal);
    if (found === file.checksum.hex) break;
    await rm(incomplete, { force: true });
    if (wrongChecksums === 1) {
      throw new DownloadError(
        "DOWNLOAD_FAILED",
        `${file.path} arrived with ${file.checksum.algorithm} ${found}, the Hub lists ${file.checksum.hex}, twice. ` +
          "The copy was removed; try again later or from another network.",
        { details: { path: file.path, found, expected: file.checksum.hex } },
      );
    }
  }
  await syncFile(incomplete);
  await rename(incomplete, target);
}

/** Returns when all bytes are in `<target>.incomplete`, or when somebody else has completed `target`. */
async function fetchToEnd(file: HubFile, target: string, options: DownloadOptions): Promise<void> {
  const incomplete = `${target}.incomplete`;
  let failures = 0;
  let restarts = 0;
  while (!(await isComplete(target, file))) {
    const start = await sizeOf(incomplete);
    if (start > file.sizeBytes) {
      await rm(incomplete);
      continue;
    }
    options.onBytes(start);
    if (start === file.sizeBytes && file.sizeBytes > 0) return;
    let problem: unknown = new Error("the connection closed early");
    try {
      await append(incomplete, start, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isPermanent(error)) throw error;
      problem = error;
      if (error instanceof RangeIgnoredError) {
        restarts++;
        await rm(incomplete, { force: true });
      }
    }
    const end = await sizeOf(incomplete);
    if (end === file.sizeBytes) return;
    failures = end > start ? 1 : failures + 1;
    if (Math.max(failures, restarts) >= options.retry.attempts) {
      throw new DownloadError(
        "DOWNLOAD_FAILED",
        `${file.path} stopped at ${end} of ${file.sizeBytes} bytes after ${failures} attempts: ${messageOf(problem)}. ` +
          "Run the same command again to continue from there.",
        { cause: problem, details: { path: file.path, bytes: end } },
      );
    }
    await sleep(backoff(failures, options.retry), undefined, { signal: options.signal });
  }
}

async function append(incomplete: string, start: number, options: DownloadOptions): Promise<void> {
  const body = await options.open(start);
  let bytes = start;
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      bytes += chunk.byteLength;
      options.onBytes(bytes);
      done(null, chunk);
    },
  });
  // Made first and opened without cutting: another process may be writing to it.
  await (await open(incomplete, "a")).close();
  await pipeline(Readable.fromWeb(body), counter, createWriteStream(incomplete, { flags: "r+", start }), {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Files get their name when they are whole and checked. */
async function isComplete(target: string, file: HubFile): Promise<boolean> {
  return (await fileSize(target)) === file.sizeBytes;
}

async function checksumOf(path: string, file: HubFile, signal: AbortSignal | undefined): Promise<string> {
  const hash: Hash = createHash(file.checksum.algorithm === "sha256" ? "sha256" : "sha1");
  if (file.checksum.algorithm === "git-sha1") hash.update(`blob ${file.sizeBytes}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Uint8Array);
  }
  return hash.digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  return (await fileSize(path)) ?? 0;
}

/** A full disk or a refused request does not get better by asking again. */
function isPermanent(error: unknown): boolean {
  return isDiskFault(error) || (error instanceof Error && "statusCode" in error);
}

/** Whether the disk is full or must not be written. */
export function isDiskFault(error: unknown): boolean {
  return ["ENOSPC", "EACCES", "EROFS"].includes(codeOf(error) ?? "");
}
