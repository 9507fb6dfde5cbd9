import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { REWARD_JSON } from "../model/folder/file-names.js";
import { codeOf, fileError } from "../util/caught.js";
import { exists, fileSize } from "../util/files/optional-file.js";
import { userCacheDir } from "../util/files/user-cache-dir.js";
import type { HubName } from "./hub-name.js";

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
  // Neither half has a "--" that could be mistaken: the Hub refuses such names (huggingface_hub 1.0, validate_repo_id). Revisions may
  // have slashes.
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
      models.push({ hubId: `${owner}/${name}`, revision: revisionOf(revision), modelDir, sizeBytes });
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
  return exists(path.join(directory, REWARD_JSON));
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

/** The revision that a folder is called after; the folder's own name where somebody else made it. */
function revisionOf(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}

async function sizeOf(directory: string): Promise<number> {
  const files = (await names(directory)).map((name) => path.join(directory, name));
  const sizes = await Promise.all(files.map(fileSize));
  return sizes.reduce<number>((total, size = 0) => total + size, 0);
}
