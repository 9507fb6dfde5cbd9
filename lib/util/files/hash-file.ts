import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { fileError } from "../caught.js";
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

/** Hashing so much takes a millisecond or two, starting a thread far longer. */
const SMALL_BYTES = 1 << 20;

/**
 * Reads a file and computes its SHA-256, on another thread unless it is small.
 * @throws FileError `FILE_FAILED`; `signal.reason`
 */
export async function hashFile(file: string, { signal, onBytes }: HashOptions = {}): Promise<FileHash> {
  signal?.throwIfAborted();
  const small = await readSmall(file);
  if (small !== undefined) {
    onBytes?.(small.length);
    return { sizeBytes: small.length, sha256: createHash("sha256").update(small).digest("hex") };
  }
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

async function readSmall(file: string): Promise<Uint8Array | undefined> {
  try {
    return (await stat(file)).size > SMALL_BYTES ? undefined : await readFile(file);
  } catch (cause) {
    throw fileError("read", file, cause);
  }
}

async function* readPieces(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 22 }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw fileError("read", file, cause);
  }
}
