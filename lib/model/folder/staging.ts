import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { isRunning } from "../../util/files/process-identity.js";
import { fileError } from "../../util/caught.js";
import type { FileLock } from "../../util/files/file-lock.js";
import { syncFolder } from "../../util/files/write-whole.js";
import { REWARD_JSON, WORKING_MARK } from "./file-names.js";
import { lockModelFolder } from "./folder-lock.js";

const MARK = `${WORKING_MARK}partial-`;

/**
 * Files of a model folder in the making, beside or inside it under a name that no command takes for a model. They appear in the
 * model folder when all of them are complete, `reward.json` last; otherwise they are removed. Until it is disposed nobody else
 * can write the model folder.
 */
export class StagingFolder {
  readonly #modelDir: string;
  /** The model folder existed already: the staging folder lies inside it, hence on the same disk. */
  readonly #isInside: boolean;
  readonly #lock: FileLock;

  private constructor(
    /** Where to write. */
    readonly directory: string,
    modelDir: string,
    isInside: boolean,
    /** The model folder holds a model already. */
    readonly isInsideModelFolder: boolean,
    lock: FileLock,
  ) {
    this.#modelDir = modelDir;
    this.#isInside = isInside;
    this.#lock = lock;
  }

  /**
   * Makes an empty staging folder, and removes those that killed runs left.
   * @throws InvalidArgumentError when the model folder exists and holds something else than a model; FileError `FILE_LOCKED`
   * somebody else is writing it, `FILE_FAILED`
   */
  static async create(modelDir: string): Promise<StagingFolder> {
    const target = path.resolve(modelDir);
    const entries = await listFolder(target);
    if (entries !== undefined && !isModelFolder(entries)) {
      throw new InvalidArgumentError(
        `Expected a new, empty or model folder for the output but received ${modelDir}, which holds other files (${entries
          .slice(0, 3)
          .join(", ")}). Choose another folder.`,
      );
    }
    const isInside = entries !== undefined;
    const prefix = isInside
      ? path.join(target, MARK)
      : path.join(path.dirname(target), `.${path.basename(target)}${MARK}`);
    const directory = `${prefix}${process.pid}`;
    await mkdir(path.dirname(directory), { recursive: true }).catch((cause: unknown) => {
      throw fileError("create", path.dirname(directory), cause);
    });
    const lock = await lockModelFolder(modelDir, isInside);
    try {
      await removeStale(prefix);
      await mkdir(directory);
    } catch (cause) {
      await lock.release();
      throw fileError("create", directory, cause);
    }
    return new StagingFolder(directory, target, isInside, entries?.includes(REWARD_JSON) ?? false, lock);
  }

  /** Path of a file to be written. */
  file(name: string): string {
    return path.join(this.directory, name);
  }

  /** Removes a temporary file. */
  async remove(name: string): Promise<void> {
    await rm(this.file(name));
  }

  /** Moves everything to the model folder. @throws FileError `FILE_FAILED` */
  async commit(): Promise<void> {
    try {
      if (this.#isInside) await this.#moveInto();
      else await rename(this.directory, this.#modelDir);
      await syncFolder(this.#isInside ? this.#modelDir : path.dirname(this.#modelDir));
    } catch (cause) {
      throw fileError("complete", this.#modelDir, cause);
    }
  }

  /** Removes what is left. Call it in any case. */
  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    await this.#lock.release();
  }

  async #moveInto(): Promise<void> {
    const names = await readdir(this.directory);
    const order = names.toSorted((a, b) => place(a) - place(b));
    for (const name of order) await rename(this.file(name), path.join(this.#modelDir, name));
  }
}

/**
 * Backbones first: Windows does not let the file of a loaded model be replaced, and then nothing else may have been. What says which
 * files belong together comes last.
 */
function place(name: string): number {
  return name.endsWith(".gguf") ? 0 : name === REWARD_JSON ? 2 : 1;
}

/** Entries of a folder without what writers leave there for a while, or undefined when it does not exist. */
async function listFolder(directory: string): Promise<string[] | undefined> {
  const isFolder = await stat(directory).then(
    (stats) => stats.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) return undefined;
  if (!isFolder)
    throw new InvalidArgumentError(`Expected a folder for the output but ${directory} is a file.`);
  const entries = await readdir(directory).catch((cause: unknown) => {
    throw fileError("read", directory, cause);
  });
  return entries.filter((name) => !name.startsWith(WORKING_MARK));
}

function isModelFolder(entries: readonly string[]): boolean {
  return entries.length === 0 || entries.includes(REWARD_JSON);
}

/** Removes staging folders whose process is gone. */
async function removeStale(prefix: string): Promise<void> {
  const parent = path.dirname(prefix);
  for (const name of await readdir(parent)) {
    const entry = path.join(parent, name);
    if (!entry.startsWith(prefix)) continue;
    const pid = Number(entry.slice(prefix.length));
    // With the lock held, one of this process's id is a killed one's, too.
    if (pid === process.pid || !isRunning({ pid, started: null }))
      await rm(entry, { recursive: true, force: true });
  }
}
