import { randomUUID } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { link, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { once } from "node:events";
import { JobError } from "../../../errors.js";
import { codeOf, fileError } from "../../../util/caught.js";
import { exists } from "../../../util/files/optional-file.js";
import { syncFolder, writeDurably } from "../../../util/files/write-whole.js";
import type { ObjectStore } from "./object-store.js";

/** How names begin that are only there while somebody writes. */
const INCOMPLETE = ".incomplete-";

/** Objects as files of a folder, which may lie on a disk that several machines share. */
export class FolderStore implements ObjectStore {
  readonly url: string;

  /** @param folder made when something is written */
  constructor(folder: string) {
    this.url = path.resolve(folder);
  }

  has(key: string): Promise<boolean> {
    return exists(this.#file(key));
  }

  async read(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const stream = createReadStream(this.#file(key));
    try {
      await once(stream, "open");
      return this.#pieces(stream, key);
    } catch (cause) {
      if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
      throw this.#failed("read", key, cause);
    }
  }

  async *#pieces(stream: ReadStream, key: string): AsyncIterable<Uint8Array> {
    try {
      yield* stream as AsyncIterable<Uint8Array>;
    } catch (cause) {
      throw this.#failed("read", key, cause);
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<boolean> {
    const file = this.#file(key);
    const folder = path.dirname(file);
    const incomplete = path.join(folder, `${INCOMPLETE}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      await writeDurably(incomplete, bytes);
      const isNew = await giveName(incomplete, file);
      if (isNew) await syncFolder(folder);
      return isNew;
    } catch (cause) {
      throw this.#failed("write", key, cause);
    } finally {
      await rm(incomplete, { force: true }).catch(() => undefined);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    for (const entry of await this.#entries(prefix)) {
      if (entry.isDirectory()) yield* this.list(`${prefix}${entry.name}/`);
      else if (!entry.name.startsWith(INCOMPLETE)) yield prefix + entry.name;
    }
  }

  async #entries(prefix: string): Promise<{ name: string; isDirectory(): boolean }[]> {
    try {
      const entries = await readdir(this.#file(prefix), { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return [];
      throw this.#failed("list", prefix, cause);
    }
  }

  #file(key: string): string {
    return path.join(this.url, key);
  }

  #failed(operation: string, key: string, cause: unknown): JobError {
    return new JobError("STORE_FAILED", fileError(operation, this.#file(key), cause).message, { cause });
  }
}

/** A link fails where the name is taken, a rename would take it over: file systems without links have only that. */
async function giveName(incomplete: string, file: string): Promise<boolean> {
  try {
    await link(incomplete, file);
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    if (await exists(file)) return false;
    await rename(incomplete, file);
    return true;
  }
}
