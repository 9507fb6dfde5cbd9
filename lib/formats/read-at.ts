import type { FileHandle } from "node:fs/promises";
import { fileError } from "../util/caught.js";
import type { InvalidFile } from "./safetensors/safetensors-header.js";

/**
 * Fills `target` with a file's bytes from `offset` on, and returns it.
 * @param file for messages
 * @throws FileError `FILE_FAILED`; what `invalid` makes when the file ends before
 */
export async function readAt<Bytes extends Uint8Array>(
  handle: FileHandle,
  file: string,
  offset: number,
  target: Bytes,
  invalid: InvalidFile,
): Promise<Bytes> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle
      .read(target, done, target.length - done, offset + done)
      .catch((cause: unknown) => {
        throw fileError("read", file, cause);
      });
    if (bytesRead === 0) {
      throw invalid(`${file} ends at byte ${offset + done}, expected ${offset + target.length}.`, { file });
    }
    done += bytesRead;
  }
  return target;
}
