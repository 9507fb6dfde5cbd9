import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { codeOf } from "../../util/caught.js";
import { fileSize } from "../../util/files/optional-file.js";

/**
 * The Hub's shared cache on disk, the layout `huggingface_hub` and transformers use: `blobs/<etag>` hold the bytes,
 * `snapshots/<commit>/<file>` point at them, `refs/<revision>` names the commit. A model they downloaded is not fetched
 * again, and the reverse. Source: huggingface_hub documentation, "Understand caching".
 */
export class CacheLayout {
  readonly #repository: string;

  constructor(cacheDir: string, hubId: string, kind: "models" | "datasets" = "models") {
    this.#repository = join(cacheDir, [kind, ...hubId.split("/")].join("--"));
  }

  snapshotDir(commit: string): string {
    return join(this.#repository, "snapshots", commit);
  }

  blobPath(etag: string): string {
    return join(this.#repository, "blobs", etag);
  }

  /** Commit a revision name stood for at the last look; lets a finished download be used without a network. */
  async readRef(revision: string): Promise<string | undefined> {
    try {
      return (await readFile(join(this.#repository, "refs", revision), "utf8")).trim();
    } catch {
      return undefined;
    }
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    const path = join(this.#repository, "refs", revision);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, commit);
  }

  /** Whether the snapshot already has this file, whole. */
  async hasFile(commit: string, file: string, sizeBytes: number): Promise<boolean> {
    return (await fileSize(join(this.snapshotDir(commit), file))) === sizeBytes;
  }

  /** Makes `snapshots/<commit>/<file>` stand for the blob. Where links are not allowed (Windows), the blob moves there. */
  async link(commit: string, file: string, etag: string): Promise<void> {
    const pointer = join(this.snapshotDir(commit), file);
    await mkdir(dirname(pointer), { recursive: true });
    await rm(pointer, { force: true });
    try {
      await symlink(relative(dirname(pointer), this.blobPath(etag)), pointer);
    } catch (error) {
      // Another process was faster.
      if (codeOf(error) === "EEXIST") return;
      await rename(this.blobPath(etag), pointer);
    }
  }
}

/** A commit that the Hub names, which becomes a folder's name. @throws Error it would lead out of the cache */
export function checkedCommit(sha: string): string {
  if (!/^[\w-]+$/.test(sha)) throw new Error(`the Hub names ${JSON.stringify(sha)} as the commit`);
  return sha;
}

/**
 * The Hub's cache keeps a checkpoint in `models--owner--name/snapshots/<revision>`.
 * @example
 * ```ts
 * import { hubIdOfCache } from "llama-reward/hub";
 *
 * console.log(hubIdOfCache("/cache/hub/models--owner--name/snapshots/0123abc")); // owner/name
 * ```
 */
export function hubIdOfCache(checkpointDir: string): string | undefined {
  const match = /[\\/]models--([^\\/]+?)--([^\\/]+)[\\/]snapshots[\\/]/.exec(checkpointDir);
  return match === null ? undefined : `${match[1] ?? ""}/${match[2] ?? ""}`;
}
