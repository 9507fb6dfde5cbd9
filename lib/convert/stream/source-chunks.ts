import { granuleOf } from "../../model/architecture/transform.js";
import { FLOAT_BYTES } from "../../formats/floats/float-convert.js";
import type { SafetensorsFile } from "../../formats/safetensors/safetensors.js";
import { DTYPE_BYTES, type StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import type { PlannedTensor } from "../../model/architecture/backbone-plan.js";
import { largest } from "../../util/collections.js";

/** A stretch of a weight file. Together they cover the file without gaps, in order. */
export interface SourceChunk {
  file: SafetensorsFile;
  /** From the file's start. */
  offset: number;
  sizeBytes: number;
  /** The backbone tensor these bytes belong to; absent for the header, head tensors and dropped tensors. */
  tensor?: PlannedTensor;
  /** Index within the tensor of the chunk's first value. */
  firstValue: number;
}

/** Values of a chunk, unless a single granule has more. */
const CHUNK_VALUES = 1 << 22;

/** Bytes a buffer must have for any chunk, in its source's or its target's type. */
export function largestChunkBytes(tensors: readonly PlannedTensor[]): number {
  return largest([CHUNK_VALUES, ...tensors.map((tensor) => valuesPerChunk(tensor))]) * FLOAT_BYTES.F32;
}

/** Cuts a weight file into chunks of whole granules. */
export function* sourceChunks(
  file: SafetensorsFile,
  backbone: ReadonlyMap<string, PlannedTensor>,
): Generator<SourceChunk> {
  yield* cut(file, 0, file.dataStart, CHUNK_VALUES);
  for (const stored of file.tensors.values()) yield* tensorChunks(file, stored, backbone.get(stored.name));
}

function* tensorChunks(
  file: SafetensorsFile,
  stored: StoredTensor,
  tensor: PlannedTensor | undefined,
): Generator<SourceChunk> {
  if (tensor === undefined) {
    yield* cut(file, stored.offset, stored.sizeBytes, CHUNK_VALUES);
    return;
  }
  const valueBytes = DTYPE_BYTES[stored.dtype];
  for (const chunk of cut(file, stored.offset, stored.sizeBytes, valuesPerChunk(tensor) * valueBytes)) {
    yield { ...chunk, tensor, firstValue: (chunk.offset - stored.offset) / valueBytes };
  }
}

function* cut(
  file: SafetensorsFile,
  start: number,
  sizeBytes: number,
  chunkBytes: number,
): Generator<SourceChunk> {
  for (let done = 0; done < sizeBytes; done += chunkBytes) {
    yield { file, offset: start + done, sizeBytes: Math.min(chunkBytes, sizeBytes - done), firstValue: 0 };
  }
}

function valuesPerChunk(tensor: PlannedTensor): number {
  const granule = granuleOf(tensor);
  return Math.max(1, Math.floor(CHUNK_VALUES / granule)) * granule;
}
