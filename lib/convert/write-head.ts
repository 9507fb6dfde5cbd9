import { createHash } from "node:crypto";
import type { DetectedHead } from "../head/registry.js";
import { fileError } from "../model-folder/file-error.js";
import { headHeaderChecksum } from "../model-folder/head-header.js";
import { HEAD_FILE } from "../model-folder/file-names.js";
import type { WeightsRecord } from "../model-folder/reward-json.js";
import { writeWhole } from "../util/write-whole.js";
import type { Checkpoint } from "../weights/checkpoint.js";
import { encodeSafetensors, type TensorData } from "../weights/safetensors-writer.js";

/** Names of the checkpoint's tensors that a head is made of, whole or in part. */
export function headSources({ definition, spec }: DetectedHead): string[] {
  if (definition.extract === undefined) return [...definition.tensorNames(spec)];
  return "matrix" in spec && typeof spec.matrix === "string" ? [spec.matrix] : [];
}

/** The head's tensors, as stored in the checkpoint: whole, or the part that the head keeps. */
export async function headTensors(
  checkpoint: Checkpoint,
  { definition, spec }: DetectedHead,
): Promise<TensorData[]> {
  if (definition.extract !== undefined) return definition.extract(spec, checkpoint);
  const tensors: TensorData[] = [];
  for (const name of definition.tensorNames(spec)) {
    const bytes = await checkpoint.readBytes(name);
    const { dtype, shape } = checkpoint.fileOf(name).tensors.get(name) ?? { dtype: "F32", shape: [] };
    tensors.push({ name, dtype, shape, bytes });
  }
  return tensors;
}

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
