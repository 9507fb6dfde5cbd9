import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { REWARD_JSON } from "../../model/folder/file-names.js";
import { folderFingerprint } from "../../model/folder/folder-fingerprint.js";
import { exists } from "../../util/files/optional-file.js";
import type { JobRun } from "./shard/run.js";
import { copyObject } from "./store/local-copy.js";
import { readObject, type ObjectStore } from "./store/object-store.js";

/**
 * The model folder of a run's model: the folder itself, or one in it, whatever it is called.
 * @returns undefined where there is none
 */
export async function findModelFolder(
  folder: string,
  { model, options }: JobRun,
): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => !entry.isFile()).map(({ name }) => path.join(folder, name));
  for (const candidate of [folder, ...folders]) {
    const found = await folderFingerprint(candidate, options.type).catch(() => undefined);
    if (found?.fingerprint === model.fingerprint) return candidate;
  }
  return undefined;
}

/**
 * The same for model folders in a bucket: every `reward.json` is copied, then all of the folder whose model it is.
 * @param copies where to; what is there from an earlier time is not copied again
 * @throws JobError `STORE_FAILED`; `signal.reason`
 */
export async function fetchModelFolder(
  store: ObjectStore,
  run: JobRun,
  copies: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fileOf = (key: string): string => path.join(copies, key);
  const keys: string[] = [];
  // What consoles of buckets make for empty folders is no file. A key may hold "..", and lead anywhere on this machine.
  for await (const key of store.list(""))
    if (!key.endsWith("/") && isInside(copies, fileOf(key))) keys.push(key);
  // A model's before that of the reference inside it.
  const descriptions = keys
    .filter((name) => path.posix.basename(name) === REWARD_JSON)
    .sort((a, b) => a.length - b.length);
  for (const key of descriptions) await refresh(store, key, fileOf(key), signal);
  const folder = await findModelFolder(copies, run);
  if (folder === undefined) return undefined;
  for (const key of keys.filter((each) => isInside(folder, fileOf(each))))
    if (!(await exists(fileOf(key)))) await copyObject(store, key, fileOf(key), signal);
  return folder;
}

function isInside(folder: string, file: string): boolean {
  return file.startsWith(path.join(folder, path.sep));
}

/** Another `reward.json` is another model: nothing of the one before stays. */
async function refresh(store: ObjectStore, key: string, file: string, signal: AbortSignal): Promise<void> {
  const text = (await readObject(store, key))?.toString("utf8");
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (text === known) return;
  await rm(path.dirname(file), { recursive: true, force: true });
  await copyObject(store, key, file, signal);
}
