import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { REWARD_JSON } from "../model/folder/file-names.js";
import { codeOf, fileError } from "../util/caught.js";
import { userCacheDir } from "../util/files/user-cache-dir.js";

/** A model of the Hub as a user names it. */
export interface HubName {
  /** `owner/name`. */
  hubId: string;
  /** A branch, a tag or a commit. */
  revision: string;
}

/** A model that was named by its Hub id, as it lies in the user's cache. */
export interface CachedModel extends HubName {
  /** The model folder. */
  modelDir: string;
  sizeBytes: number;
}

/**
 * Where such models lie: `models/` in this package's folder among the user's caches.
 * @example
 * ```ts
 * import { modelCacheDir } from "llama-reward/convert";
 *
 * console.log(modelCacheDir());
 * ```
 */
export function modelCacheDir(): string {
  return path.join(userCacheDir(), "models");
}

/** The folder of a model in the cache, whether it is there or not. */
export function cachedModelDir({ hubId, revision }: HubName): string {
  const [owner = "", name = ""] = hubId.split("/");
  // Neither half has a "--" that could be mistaken: the Hub refuses such names. Revisions may have slashes.
  return path.join(modelCacheDir(), `${owner}--${name}`, encodeURIComponent(revision));
}

/**
 * What is in the cache, by id and revision. Folders that hold no model are left out.
 * @throws FileError `FILE_FAILED`
 * @example
 * ```ts
 * import { listCachedModels } from "llama-reward/convert";
 *
 * for (const { hubId, revision, sizeBytes } of await listCachedModels()) console.log(hubId, revision, sizeBytes);
 * ```
 */
export async function listCachedModels(): Promise<CachedModel[]> {
  const models: CachedModel[] = [];
  for (const folder of await names(modelCacheDir())) {
    const [owner, name] = folder.split("--");
    if (owner === undefined || name === undefined) continue;
    for (const revision of await names(path.join(modelCacheDir(), folder))) {
      const modelDir = path.join(modelCacheDir(), folder, revision);
      if (!(await isModelFolder(modelDir))) continue;
      const sizeBytes = await sizeOf(modelDir);
      models.push({ hubId: `${owner}/${name}`, revision: decodeURIComponent(revision), modelDir, sizeBytes });
    }
  }
  return models;
}

/**
 * Removes models from the cache: they are downloaded, or taken from the Hub's own cache, and converted again when they are named.
 * @param hubId only this one's; every one's without
 * @returns what was removed
 * @throws FileError `FILE_FAILED`
 * @example
 * ```ts
 * import { pruneModelCache } from "llama-reward/convert";
 *
 * const removed = await pruneModelCache("someone/a-model-no-longer-used");
 * console.log(removed.length);
 * ```
 */
export async function pruneModelCache(hubId?: string): Promise<CachedModel[]> {
  const models = (await listCachedModels()).filter(
    (model) => hubId === undefined || model.hubId.toLowerCase() === hubId.toLowerCase(),
  );
  for (const { modelDir } of models) {
    await rm(modelDir, { recursive: true }).catch((cause: unknown) => {
      throw fileError("remove", modelDir, cause);
    });
  }
  return models;
}

/** Whether a folder is a model folder, complete: conversion gives it its name last. */
export async function isModelFolder(directory: string): Promise<boolean> {
  return readFile(path.join(directory, REWARD_JSON)).then(
    () => true,
    () => false,
  );
}

async function names(directory: string): Promise<string[]> {
  return readdir(directory).then(
    (entries) => entries.sort(),
    (cause: unknown) => {
      if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return [];
      throw fileError("read", directory, cause);
    },
  );
}

async function sizeOf(directory: string): Promise<number> {
  const sizes = await Promise.all(
    (await names(directory)).map((name) => stat(path.join(directory, name)).then(({ size }) => size)),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
