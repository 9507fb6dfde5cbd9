import { createHash } from "node:crypto";
import { HeadLoadError } from "../../errors.js";
import { openSafetensors } from "../../formats/safetensors/safetensors.js";
import { REWARD_JSON } from "./file-names.js";

/**
 * SHA-256, in hexadecimal, of what a head's file says of its tensors: names, types, shapes, places.
 * @throws HeadLoadError `HEAD_INVALID`; FileError `FILE_FAILED`
 */
export async function headHeaderChecksum(file: string): Promise<string> {
  const tensors = await openSafetensors(file);
  try {
    const header = await tensors.read(0, new Uint8Array(tensors.dataStart));
    return createHash("sha256").update(header).digest("hex");
  } finally {
    await tensors.close();
  }
}

/**
 * Checks that a head's file describes its tensors as it did when it was written: the same bytes read as another 16-bit type are
 * other numbers.
 * @param recorded undefined in folders of version 1
 * @throws HeadLoadError `HEAD_INVALID`; FileError `FILE_FAILED`
 */
export async function checkHeadHeader(file: string, recorded: string | undefined): Promise<void> {
  const actual = await headHeaderChecksum(file);
  if (recorded === undefined || actual === recorded) return;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `${file} cannot be used: its header has the SHA-256 checksum ${actual}, ${REWARD_JSON} says ${recorded}. ` +
      "It is another file, or was changed: copy the model folder again, or convert the checkpoint again.",
    { details: { file, actual, recorded } },
  );
}
