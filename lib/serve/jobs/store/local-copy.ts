import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { JobError } from "../../../errors.js";
import { userCacheDir } from "../../../util/files/user-cache-dir.js";
import { putWhole, syncFile } from "../../../util/files/write-whole.js";
import type { ObjectStore } from "./object-store.js";

const DIGITS = 32;

/** Where copies of a place's objects are kept on this machine. They can be deleted at any time. */
export function copiesOf(place: string): string {
  const name = createHash("sha256").update(place).digest("hex").slice(0, DIGITS);
  return path.join(userCacheDir(), "objects", name);
}

/**
 * Copies an object to a file, whole or not at all.
 * @throws JobError `STORE_FAILED`; `signal.reason`
 */
export async function copyObject(
  store: ObjectStore,
  key: string,
  file: string,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = await store.read(key);
  if (bytes === undefined) throw new JobError("STORE_FAILED", `There is no ${key} at ${store.url}.`);
  await mkdir(path.dirname(file), { recursive: true });
  const write = async (incomplete: string): Promise<void> => {
    await pipeline(bytes, createWriteStream(incomplete), { signal });
    await syncFile(incomplete);
  };
  await putWhole(file, write, `${file}.${randomUUID()}`).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new JobError("STORE_FAILED", `${key} of ${store.url} could not be copied to ${file}.`, { cause });
  });
}
