import { open, type FileHandle } from "node:fs/promises";
import { fileError } from "../../util/caught.js";
import { paddingAt } from "../../formats/gguf/gguf-writer.js";
import { ByteHasher } from "../../util/files/byte-hasher.js";
import { hashFile, type FileHash } from "../../util/files/hash-file.js";
import { writeAt } from "../../util/files/write-at.js";

/**
 * A new file, written from start to end and hashed on the way, or, with its size known, in any order and hashed at the end; what is
 * written can be read back. Close it.
 */
export class HashedFile {
  #length = 0;
  readonly #hasher = new ByteHasher();
  readonly #handle: FileHandle;
  readonly #file: string;

  readonly #isInOrder: boolean;

  private constructor(handle: FileHandle, file: string, isInOrder: boolean) {
    this.#handle = handle;
    this.#file = file;
    this.#isInOrder = isInOrder;
  }

  /**
   * @param sizeBytes of the whole file, all zeros at first, where it is not written from start to end
   * @throws FileError `FILE_FAILED`, also when the file exists already
   */
  static async create(file: string, sizeBytes?: number): Promise<HashedFile> {
    const handle = await open(file, "wx+").catch((cause: unknown) => {
      throw fileError("create", file, cause);
    });
    try {
      if (sizeBytes !== undefined) await handle.truncate(sizeBytes);
    } catch (cause) {
      await handle.close();
      throw fileError("create", file, cause);
    }
    return new HashedFile(handle, file, sizeBytes === undefined);
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#length;
  }

  /** Appends bytes, which must not change meanwhile. @throws FileError `FILE_FAILED` */
  async write(bytes: Uint8Array): Promise<void> {
    const offset = this.#length;
    this.#length += bytes.length;
    const hashed = this.#isInOrder ? this.#hasher.update(bytes) : undefined;
    await Promise.all([hashed, writeAt(this.#handle, this.#file, offset, bytes)]);
  }

  /** Writes bytes where they belong: behind all others, unless the file's size is known. @throws FileError `FILE_FAILED` */
  async put(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#isInOrder) await Promise.all([this.padTo(offset), this.write(bytes)]);
    else {
      this.#length = Math.max(this.#length, offset + bytes.length);
      await writeAt(this.#handle, this.#file, offset, bytes);
    }
  }

  /** Appends zero bytes up to a position. */
  async padTo(offset: number): Promise<void> {
    if (offset <= this.#length) return;
    if (this.#isInOrder) await this.write(new Uint8Array(offset - this.#length));
    else this.#length = offset;
  }

  /** Appends zero bytes up to where a GGUF's next tensor may begin. */
  async align(): Promise<void> {
    await this.padTo(this.#length + paddingAt(this.#length));
  }

  /** Fills `target` with what was written at `offset`, and returns it. */
  async readBack(offset: number, target: Uint8Array): Promise<Uint8Array> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0)
        throw fileError("read back", this.#file, new Error(`it ends at byte ${offset + done}`));
      done += bytesRead;
    }
    return target;
  }

  /** Waits until the file is on the disk. @throws FileError `FILE_FAILED` */
  async finish(): Promise<FileHash> {
    const [sha256] = await Promise.all([
      this.#isInOrder ? this.#hasher.digest() : hashFile(this.#file).then((hashed) => hashed.sha256),
      this.#handle.sync().catch((cause: unknown) => {
        throw fileError("write", this.#file, cause);
      }),
    ]);
    return { sizeBytes: this.#length, sha256 };
  }

  async close(): Promise<void> {
    await Promise.all([this.#hasher.close(), this.#handle.close()]);
  }
}
