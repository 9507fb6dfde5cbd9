import { CheckpointError } from "../errors.js";
import { DTYPE_BYTES } from "../formats/safetensors/safetensors-header.js";
import type { Checkpoint } from "../model/checkpoint/checkpoint.js";
import type { TensorCopy } from "../model/checkpoint/copies.js";

/** Values compared at once. */
const CHUNK_VALUES = 1 << 20;

/**
 * Checks that tensors which are taken for copies of others are that, byte by byte.
 * @throws CheckpointError `CHECKPOINT_INVALID` naming the first one that is not; `signal.reason`
 */
export async function expectCopies(
  checkpoint: Checkpoint,
  copies: readonly TensorCopy[],
  signal?: AbortSignal,
): Promise<void> {
  for (const copy of copies) {
    signal?.throwIfAborted();
    if (copy.isShared || (await isEqual(checkpoint, copy))) continue;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has its backbone twice, and ${copy.name} is not ${copy.of}: which one is the model's cannot be told. ` +
        "Save the model again with one of them.",
      { details: { tensors: [copy.of, copy.name] } },
    );
  }
}

async function isEqual(checkpoint: Checkpoint, { name, of }: TensorCopy): Promise<boolean> {
  const [copy, original] = [checkpoint.tensors.get(name), checkpoint.tensors.get(of)];
  if (copy === undefined || original === undefined) return false;
  const chunkBytes = CHUNK_VALUES * DTYPE_BYTES[copy.dtype];
  for (let start = 0; start < copy.sizeBytes; start += chunkBytes) {
    const size = Math.min(chunkBytes, copy.sizeBytes - start);
    const [a, b] = await Promise.all([
      checkpoint.fileOf(name).readValues(copy, start, new Uint8Array(size)),
      checkpoint.fileOf(of).readValues(original, start, new Uint8Array(size)),
    ]);
    if (Buffer.compare(a, b) !== 0) return false;
  }
  return true;
}
