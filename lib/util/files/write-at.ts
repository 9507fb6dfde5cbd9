import type { FileHandle } from "node:fs/promises";
import { fileError } from "../caught.js";

/**
 * Writes all bytes at `offset`: one call of the system may write fewer than it is given.
 * @param file for messages
 * @throws FileError `FILE_FAILED`
 */
export async function writeAt(
  handle: FileHandle,
  file: string,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle
      .write(bytes, done, bytes.length - done, offset + done)
      .catch((cause: unknown) => {
        throw fileError("write", file, cause);
      });
    done += bytesWritten;
  }
}
