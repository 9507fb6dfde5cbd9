import { createReadStream } from "node:fs";
import { fileError } from "../model-folder/file-error.js";
import { ByteHasher } from "./byte-hasher.js";

/** Size and checksum of a file. */
export interface FileHash {
  sizeBytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** What {@link hashFile} may be told. */
export interface HashOptions {
  signal?: AbortSignal | undefined;
  /** Told after each piece how many bytes are done. An error it throws fails the call. */
  onBytes?: ((done: number) => void) | undefined;
}

/**
 * Reads a file and computes its SHA-256 on another thread.
 * @throws FileError `FILE_FAILED`; `signal.reason`
 */
export async function hashFile(file: string, { signal, onBytes }: HashOptions = {}): Promise<FileHash> {
  signal?.throwIfAborted();
  const hasher = new ByteHasher();
  let sizeBytes = 0;
  try {
    for await (const bytes of readPieces(file)) {
      sizeBytes += bytes.length;
      await hasher.update(bytes);
      signal?.throwIfAborted();
      onBytes?.(sizeBytes);
    }
    return { sizeBytes, sha256: await hasher.digest() };
  } finally {
    await hasher.close();
  }
}

async function* readPieces(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 22 }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw fileError("read", file, cause);
  }
}
