import { randomUUID } from "node:crypto";
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { FileError } from "../../errors.js";
import { fileError, codeOf } from "../caught.js";
import { isRunning, ownIdentity } from "./process-identity.js";

const holderSchema = z.object({
  host: z.string(),
  pid: z.int().positive(),
  started: z.string().nullable(),
  /** Of one lock, once. */
  token: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/** How often a holder shows that it is there, for other machines that share the disk and cannot ask for its process. */
const SIGN_OF_LIFE_MS = 10_000;
/** A holder on another machine that showed nothing for so long is gone. */
const GONE_AFTER_MS = 6 * SIGN_OF_LIFE_MS;
/** A lock without content is being written at this moment, or its writer was killed between two system calls. */
const WRITTEN_WITHIN_MS = 5_000;
/** Wait for somebody else's turn at taking over what a killed process left, and how often. */
const TURN_MS = 20;
const ATTEMPTS = 300;

/**
 * A lock file: made only where none is, and taken over from a holder that was killed. By hand, because the locks on npm either
 * need native code or call a lock stale by its age alone, which takes it from a process that was only stopped for a while.
 */
export class FileLock {
  readonly #path: string;
  readonly #token: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    this.#timer = setInterval(() => void this.#showLife(), SIGN_OF_LIFE_MS).unref();
  }

  /**
   * @param path of the lock file
   * @param what the thing that is locked, for the message
   * @throws FileError `FILE_LOCKED` with the holder's process id; `FILE_FAILED`
   */
  static async acquire(path: string, what: string): Promise<FileLock> {
    const token = randomUUID();
    const content = JSON.stringify({ ...ownIdentity(), token } satisfies Holder);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await create(path, content)) return new FileLock(path, token);
      const found = await look(path);
      if (found === undefined) continue;
      if (!found.isGone) throw isHeld(path, what, found.holder);
      await takeAway(path, found.text, content);
    }
    throw isHeld(path, what, (await look(path))?.holder);
  }

  /** Lets go. May be called twice. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (await this.#isOwn()) await rm(this.#path, { force: true });
  }

  async #showLife(): Promise<void> {
    const now = new Date();
    if (await this.#isOwn()) await utimes(this.#path, now, now).catch(() => undefined);
  }

  async #isOwn(): Promise<boolean> {
    const text = await readFile(this.#path, "utf8").catch(() => "");
    return parse(text)?.token === this.#token;
  }
}

/** Runs work while a lock is held. @throws FileError `FILE_LOCKED`, `FILE_FAILED`; whatever `work` throws */
export async function withLock<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  const lock = await FileLock.acquire(path, what);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    const handle = await open(path, "wx");
    try {
      await handle.writeFile(content);
    } catch (error) {
      // A full disk: an empty lock would keep everybody waiting.
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw fileError("create", path, error);
  }
}

/** What is found where the lock should be: nothing, any more, or somebody's lock. */
async function look(path: string): Promise<{ text: string; holder?: Holder; isGone: boolean } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const ageMs = Date.now() - mtimeMs;
    const holder = parse(text);
    if (holder === undefined) return { text, isGone: ageMs > WRITTEN_WITHIN_MS };
    const isHere = holder.host === ownIdentity().host;
    return { text, holder, isGone: isHere ? !isRunning(holder) : ageMs > GONE_AFTER_MS };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/**
 * Removes the lock of a process that is gone. Only one at a time may, and only what is still the same when it is its turn: else the
 * lock of somebody who was faster would go.
 */
async function takeAway(path: string, text: string, own: string): Promise<void> {
  const turn = `${path}.takeover`;
  if (!(await create(turn, own))) {
    // Of a process that was killed within its turn.
    if ((await look(turn))?.isGone === true) await rm(turn, { force: true });
    await sleep(TURN_MS);
    return;
  }
  try {
    if ((await readFile(path, "utf8")) === text) await rm(path, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw fileError("remove", path, error);
  } finally {
    await rm(turn, { force: true });
  }
}

function parse(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isHeld(path: string, what: string, holder?: Holder): FileError {
  const own = ownIdentity();
  const who =
    holder === undefined
      ? "another process"
      : holder.host !== own.host
        ? `process ${holder.pid} on ${holder.host}`
        : holder.pid === own.pid
          ? `this process (${own.pid})`
          : `process ${holder.pid}`;
  return new FileError(
    "FILE_LOCKED",
    `${what} is being written by ${who}. Wait for it to end. If nothing is running any more, remove ${path}.`,
    { details: { file: path, pid: holder?.pid, host: holder?.host } },
  );
}
