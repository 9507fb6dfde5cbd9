import { createHash } from "node:crypto";
import { headTensors } from "../model/checkpoint/stored-head.js";
import type { DetectedHead } from "../score/head/registry.js";
import { fileError } from "../util/caught.js";
import { headHeaderChecksum } from "../model/folder/head-header.js";
import { HEAD_FILE } from "../model/folder/file-names.js";
import type { WeightsRecord } from "../model/folder/reward-json.js";
import { writeWhole } from "../util/files/write-whole.js";
import type { Checkpoint } from "../model/checkpoint/checkpoint.js";
import { encodeSafetensors } from "../formats/safetensors/safetensors-writer.js";

/** Writes `head.safetensors`. @param file full path @throws FileError `FILE_FAILED` */
export async function writeHead(
  checkpoint: Checkpoint,
  head: DetectedHead,
  file: string,
): Promise<WeightsRecord> {
  const bytes = encodeSafetensors(await headTensors(checkpoint, head));
  await writeWhole(file, bytes).catch((cause: unknown) => {
    throw fileError("write", file, cause);
  });
  return {
    file: HEAD_FILE,
    sizeBytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    headerSha256: await headHeaderChecksum(file),
  };
}
