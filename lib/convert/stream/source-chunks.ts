import { granuleOf } from "../../model/architecture/transform.js";
import { FLOAT_BYTES } from "../../formats/floats/float-convert.js";
import { DTYPE_BYTES } from "../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../formats/weight-file.js";
import type { PlannedTensor } from "../../model/architecture/backbone-plan.js";
import { largest } from "../../util/collections.js";
import type { FilePass } from "./file-pass.js";

/** A stretch of a weight file, or of a tensor that has to be gathered from it. */
export interface SourceChunk {
  sizeBytes: number;
  /** The backbone tensor these bytes belong to; absent for headers, head tensors and dropped tensors. */
  tensor?: PlannedTensor;
  /** Index within the tensor of the chunk's first value. */
  firstValue: number;
  /** Whether it is part of the pass from the file's start to its end, which covers the file without gaps. */
  isInOrder: boolean;
  /** Fills `target` with its bytes. */
  read: (target: Uint8Array) => Promise<Uint8Array>;
}

/** Values of a chunk, unless a single granule has more. */
const CHUNK_VALUES = 1 << 22;

/** Bytes a buffer must have for any chunk, in its source's or its target's type. */
export function largestChunkBytes(tensors: readonly PlannedTensor[]): number {
  return largest([CHUNK_VALUES, ...tensors.map((tensor) => valuesPerChunk(tensor))]) * FLOAT_BYTES.F32;
}

/** Cuts the passage through a weight file into chunks of whole granules. */
export function* sourceChunks({ file, inOrder, apart }: FilePass): Generator<SourceChunk> {
  let end = 0;
  for (const tensor of inOrder) {
    yield* between(file, end, tensor.stored.offset);
    yield* tensorChunks(file, tensor, true);
    end = tensor.stored.offset + tensor.stored.sizeBytes;
  }
  yield* between(file, end, file.sizeBytes);
  for (const tensor of apart) yield* tensorChunks(file, tensor, false);
}

/** Bytes that are no part of the backbone. */
function* between(file: WeightFile, start: number, end: number): Generator<SourceChunk> {
  for (const { first, size } of cut(end - start, CHUNK_VALUES)) {
    yield {
      sizeBytes: size,
      firstValue: 0,
      isInOrder: true,
      read: (target) => file.read(start + first, target),
    };
  }
}

function* tensorChunks(file: WeightFile, tensor: PlannedTensor, isInOrder: boolean): Generator<SourceChunk> {
  const { stored } = tensor;
  const valueBytes = DTYPE_BYTES[stored.dtype];
  for (const { first, size } of cut(stored.sizeBytes, valuesPerChunk(tensor) * valueBytes)) {
    yield {
      sizeBytes: size,
      tensor,
      firstValue: first / valueBytes,
      isInOrder,
      read: (target) => file.readValues(stored, first, target),
    };
  }
}

function* cut(sizeBytes: number, chunkBytes: number): Generator<{ first: number; size: number }> {
  for (let first = 0; first < sizeBytes; first += chunkBytes) {
    yield { first, size: Math.min(chunkBytes, sizeBytes - first) };
  }
}

function valuesPerChunk(tensor: PlannedTensor): number {
  const granule = granuleOf(tensor);
  return Math.max(1, Math.floor(CHUNK_VALUES / granule)) * granule;
}
