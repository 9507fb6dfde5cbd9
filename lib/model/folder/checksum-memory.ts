import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { exists } from "../../util/files/optional-file.js";
import { userCacheDir } from "../../util/files/user-cache-dir.js";
import {
  fileStampSchema,
  isSameStamp,
  msUntilSettled,
  stampOf,
  type FileStamp,
} from "../../util/files/file-stamp.js";
import type { FileRecord } from "./reward-json.js";
import { putWhole } from "../../util/files/write-whole.js";

/**
 * Remembers checksums of files that were read once, in the user's cache folder, one small file each: the next load of the same file
 * costs nothing. It is no protection against tampering, and nothing fails because of it: what cannot be read is not known, what
 * cannot be written is checked again.
 */

const entrySchema = z.strictObject({
  path: z.string(),
  stamp: fileStampSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Longest wait for a file system's clock to leave a file just written behind. */
const MAX_WAIT_MS = 300;
/** One in so many times that something is remembered, what is remembered of deleted files goes. */
const CLEANING = 32;

/** The checksum of a file, when it is known and the file has not changed since. */
export async function recallChecksum(file: string): Promise<string | undefined> {
  try {
    const own = await realpath(file);
    const text = await readFile(entryFile(own), "utf8");
    const entry = entrySchema.parse(JSON.parse(text));
    return entry.path === own && isSameStamp(entry.stamp, await stampOf(own)) ? entry.sha256 : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Remembers the checksum of a file that was read while it had this stamp, all the time. A file changed a moment ago is not
 * remembered: a second change could not be told from the first.
 */
export async function rememberChecksum(
  file: string,
  sha256: string,
  before: FileStamp,
  readAtMs: number,
): Promise<void> {
  if (msUntilSettled(before, readAtMs) > 0) return;
  try {
    const own = await realpath(file);
    const stamp = await stampOf(own);
    if (isSameStamp(stamp, before)) await writeEntry({ path: own, stamp, sha256 });
  } catch {
    // Then it is read again next time.
  }
}

/** Remembers the checksums of files of a model folder that this process has just written. */
export async function rememberFiles(modelDir: string, records: readonly FileRecord[]): Promise<void> {
  for (const { file, sha256 } of records) await rememberWritten(path.join(modelDir, file), sha256);
}

async function rememberWritten(file: string, sha256: string): Promise<void> {
  try {
    const stamp = await stampOf(file);
    // Again and again, since a timer may come a little before its time by this clock.
    for (let wait = msUntilSettled(stamp, Date.now()); wait > 0; wait = msUntilSettled(stamp, Date.now())) {
      if (wait > MAX_WAIT_MS) return;
      await sleep(wait);
    }
    await rememberChecksum(file, sha256, stamp, Date.now());
  } catch {
    // As above.
  }
}

function memoryDir(): string {
  return path.join(userCacheDir(), "checksums");
}

function entryFile(ownPath: string): string {
  const name = createHash("sha256").update(ownPath).digest("hex").slice(0, 32);
  return path.join(memoryDir(), `${name}.json`);
}

/** A reader finds the old entry or the new one, whole. It need not outlive a power cut. */
async function writeEntry(entry: z.infer<typeof entrySchema>): Promise<void> {
  const target = entryFile(entry.path);
  await mkdir(memoryDir(), { recursive: true });
  const write = (incomplete: string): Promise<void> => writeFile(incomplete, JSON.stringify(entry));
  await putWhole(target, write, `${target}.${randomUUID()}`);
  if (Math.random() * CLEANING < 1) await clean();
}

async function clean(): Promise<void> {
  for (const name of await readdir(memoryDir())) {
    const file = path.join(memoryDir(), name);
    const entry = await readFile(file, "utf8")
      .then((text) => entrySchema.parse(JSON.parse(text)))
      .catch(() => undefined);
    if (entry === undefined || !(await exists(entry.path))) await rm(file, { force: true });
  }
}
