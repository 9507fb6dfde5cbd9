import { createReadStream } from "node:fs";
import { open, truncate, type FileHandle } from "node:fs/promises";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { FileError, InvalidArgumentError } from "../../errors.js";
import type { RecordId } from "./record.js";
import { messageOf } from "../../util/caught.js";
import { fileSize } from "../../util/files/optional-file.js";

/** A record that an earlier run finished. */
export interface DoneRecord {
  id: RecordId;
  /** What its line was made from; absent in files of other makers. */
  digest: string | undefined;
}

/** What an earlier, interrupted run left in a log. */
interface LogRemains {
  done: DoneRecord[];
  /** Bytes of whole lines; whatever follows is the line that was being written. */
  wholeBytes: number;
}

/** Text that may wait for the disk before `append` waits, too. */
const WAITING_CHARACTERS = 1 << 20;

/** After a power cut at most the results of this time are missing. */
const SYNC_INTERVAL_MS = 5_000;

/**
 * A JSON Lines file that grows by whole records and survives a kill at any moment: a record goes to the operating system as
 * soon as the one before it is there, and a torn last line is cut off when the file is opened again.
 */
export class ScoreLog {
  readonly #handle: FileHandle;
  /** Records that an earlier run finished, in order. */
  readonly done: readonly DoneRecord[];
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: FileError | undefined;
  #lastSyncMs = performance.now();

  private constructor(handle: FileHandle, done: readonly DoneRecord[]) {
    this.#handle = handle;
    this.done = done;
  }

  /**
   * Opens a log for appending.
   * @param resume continues an existing log; without it an existing log is refused, never overwritten
   * @throws InvalidArgumentError the log exists and `resume` is off
   * @throws FileError the file cannot be opened, or a whole line of it is no record of ours
   */
  static async open(path: string, resume: boolean): Promise<ScoreLog> {
    const exists = await hasContent(path);
    if (exists && !resume) {
      throw new InvalidArgumentError(
        `${path} already holds scores. Pass --resume to continue it, or choose another --out.`,
      );
    }
    const remains = exists ? await readRemains(path) : { done: [], wholeBytes: 0 };
    try {
      // By path and before it is open: Windows refuses to shorten a file that is open for appending.
      if (exists) await truncate(path, remains.wholeBytes);
      return new ScoreLog(await open(path, "a"), remains.done);
    } catch (error) {
      throw new FileError("FILE_FAILED", `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
    }
  }

  /** Adds one record. @throws FileError the disk is full, or the file is gone: now, or at an earlier record */
  async append(record: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting += `${JSON.stringify(record)}\n`;
    this.#writing ??= this.#write();
    if (this.#waiting.length > WAITING_CHARACTERS) await this.#writing;
  }

  /** Waits until everything is on the disk. @throws FileError */
  async close(): Promise<void> {
    await this.#writing;
    try {
      if (this.#failure === undefined) await this.#handle.datasync();
    } catch (error) {
      this.#failure = notWritten(error);
    } finally {
      await this.#handle.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what waits, and what comes meanwhile: scoring goes on while the disk is busy. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const text = this.#waiting;
        this.#waiting = "";
        await this.#handle.appendFile(text);
        if (performance.now() - this.#lastSyncMs < SYNC_INTERVAL_MS) continue;
        await this.#handle.datasync();
        this.#lastSyncMs = performance.now();
      }
    } catch (error) {
      this.#failure = notWritten(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

function notWritten(cause: unknown): FileError {
  return new FileError(
    "FILE_FAILED",
    `The scores could not be written: ${messageOf(cause)}. Whole lines that are there are kept: make room, and the same command ` +
      "with --resume continues after them.",
    { cause },
  );
}

async function hasContent(path: string): Promise<boolean> {
  return ((await fileSize(path)) ?? 0) > 0;
}

async function readRemains(path: string): Promise<LogRemains> {
  const wholeBytes = await wholeLineBytes(path);
  const done: DoneRecord[] = [];
  if (wholeBytes === 0) return { done, wholeBytes };
  for await (const { line, value, error } of readJsonLines(createReadStream(path, { end: wholeBytes - 1 }))) {
    const id = isObject(value) ? value["id"] : undefined;
    if (error !== undefined || !isObject(value) || (typeof id !== "string" && typeof id !== "number")) {
      throw new FileError(
        "FILE_FAILED",
        `Line ${line + 1} of ${path} is no score record, so the run cannot be resumed. Choose another --out.`,
      );
    }
    const digest = typeof value["digest"] === "string" ? value["digest"] : undefined;
    done.push({ id, digest });
  }
  return { done, wholeBytes };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Length up to and with the last newline. */
async function wholeLineBytes(path: string): Promise<number> {
  let length = 0;
  let whole = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const last = chunk.lastIndexOf(0x0a);
    if (last >= 0) whole = length + last + 1;
    length += chunk.length;
  }
  return whole;
}
