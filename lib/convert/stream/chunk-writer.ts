import { CheckpointError } from "../../errors.js";
import {
  findNonFinite,
  FLOAT_BYTES,
  isFloatDtype,
  type FloatDtype,
} from "../../formats/floats/float-convert.js";
import type { GgufLayout, PlacedTensor } from "../../formats/gguf/gguf-writer.js";
import { applyTransform } from "./apply-transform.js";
import type { PlannedTensor } from "../../model/architecture/backbone-plan.js";
import { FLOAT_DTYPE, type FloatType } from "../../model/architecture/backbone-type.js";
import { findWrongValue } from "../../check/check-transform.js";
import { isAlwaysFloat32 } from "../../model/architecture/transform.js";
import { BufferPool } from "./buffer-pool.js";
import type { ByteHasher } from "../../util/files/byte-hasher.js";
import type { HashedFile } from "./hashed-file.js";
import { largestChunkBytes, type SourceChunk } from "./source-chunks.js";
import { asError } from "../../util/caught.js";
import { countF16Losses, isLossless, type F16Losses } from "../../formats/floats/f16-losses.js";

/** A chunk with its bytes, which lie in a lent buffer. */
export interface ReadChunk extends SourceChunk {
  buffer: Uint8Array;
  bytes: Uint8Array;
}

/** How a tensor is stored in a backbone of a type. */
export function targetDtype(tensor: PlannedTensor, type: FloatType): FloatDtype {
  return isAlwaysFloat32(tensor) ? "F32" : FLOAT_DTYPE[type];
}

/** A stretch of a backbone tensor, ready to be written. */
interface ConvertedChunk {
  tensor: PlannedTensor;
  /** Position in the written file. */
  start: number;
  bytes: Uint8Array;
  to: FloatDtype;
  /** The lent buffer that `bytes` lie in, unless it is the source's. */
  buffer: Uint8Array | undefined;
}

/** Converted chunks that may be on their way to the disk or waiting to be checked. */
export const CHUNKS_IN_FLIGHT = 3;

/**
 * Converts chunks in turn, while those before are being hashed, written and read back. The buffers are what bounds how far
 * ahead it gets.
 */
export class ChunkWriter {
  readonly #placed: ReadonlyMap<string, PlacedTensor>;
  readonly #targets: BufferPool;
  readonly #checkBuffer: Uint8Array;
  /** Settles when everything before has been checked: there is one buffer to read back into. */
  #checks: Promise<void> = Promise.resolve();
  #stored: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** What f16 makes of the weights, whatever they are written in. Vectors stay float32 in every type: they are no part. */
  readonly f16Losses: F16Losses = { overflow: 0, underflow: 0, inexact: 0 };
  readonly #type: FloatType;
  readonly #target: HashedFile;
  readonly #isExact: boolean;
  readonly #sourceHasher: ByteHasher;

  /** @param isExact stops with {@link InexactError} at a weight that f16 does not hold */
  constructor(
    tensors: readonly PlannedTensor[],
    { type, isExact = false }: { type: FloatType; isExact?: boolean | undefined },
    target: HashedFile,
    sourceHasher: ByteHasher,
    layout: GgufLayout,
  ) {
    this.#type = type;
    this.#isExact = isExact;
    this.#target = target;
    this.#sourceHasher = sourceHasher;
    const chunkBytes = largestChunkBytes(tensors);
    this.#placed = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
    this.#targets = new BufferPool(CHUNKS_IN_FLIGHT, chunkBytes);
    this.#checkBuffer = new Uint8Array(chunkBytes);
  }

  /** Takes a chunk; resolves when the next one may come. @param release called when the chunk's bytes are not needed any more */
  async add(chunk: ReadChunk, release: () => void): Promise<void> {
    // What is read apart was hashed with the rest of its file.
    const hashed = chunk.isInOrder ? this.#sourceHasher.update(chunk.bytes) : Promise.resolve();
    hashed.catch(() => undefined);
    const converted = chunk.tensor === undefined ? undefined : await this.#convert(chunk, chunk.tensor);
    if (this.#failure !== undefined) throw this.#failure;
    const stored = Promise.all([hashed, converted === undefined ? undefined : this.#store(chunk, converted)])
      .catch((error: unknown) => {
        this.#failure ??= asError(error);
      })
      .then(() => {
        release();
        if (converted?.buffer !== undefined) this.#targets.release(converted.buffer);
      });
    this.#stored = Promise.all([this.#stored, stored]).then(() => undefined);
  }

  /** Everything taken so far is written and checked. */
  async settled(): Promise<void> {
    await this.#stored;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #convert(chunk: ReadChunk, tensor: PlannedTensor): Promise<ConvertedChunk> {
    const from = floatDtype(tensor);
    const to = targetDtype(tensor, this.#type);
    const firstValue = chunk.firstValue + (tensor.part?.index ?? 0) * tensor.shape.reduce((a, b) => a * b, 1);
    const start = (this.#placed.get(tensor.name)?.offset ?? 0) + firstValue * FLOAT_BYTES[to];
    const before = this.f16Losses.overflow;
    const wrong = this.#scan(chunk.bytes, tensor, from);
    if (wrong >= 0) throw nonFinite(tensor, chunk.firstValue + wrong);
    if (tensor.transform.kind === "copy" && from === to) {
      return { tensor, start, bytes: chunk.bytes, to, buffer: undefined };
    }
    const buffer = await this.#targets.acquire();
    const bytes = buffer.subarray(0, (chunk.bytes.length / FLOAT_BYTES[from]) * FLOAT_BYTES[to]);
    applyTransform(tensor, chunk.bytes, from, bytes, to);
    const overflow = this.f16Losses.overflow > before && to === "F16" ? findNonFinite(bytes, to) : -1;
    if (overflow >= 0) throw tooLargeForF16(tensor, chunk.firstValue + overflow);
    return { tensor, start, bytes, to, buffer };
  }

  /** Looks at every value once: for what is no number, and for what f16 does not hold. @returns index of the former, or −1 */
  #scan(bytes: Uint8Array, tensor: PlannedTensor, from: FloatDtype): number {
    if (isAlwaysFloat32(tensor) || from === "F16") return findNonFinite(bytes, from);
    const wrong = countF16Losses(bytes, from, this.f16Losses);
    if (wrong < 0 && this.#isExact && !isLossless(this.f16Losses)) throw new InexactError(tensor.source);
    return wrong;
  }

  /** Starts writing at once, in the order of the calls; then reads back. */
  async #store(chunk: ReadChunk, converted: ConvertedChunk): Promise<void> {
    await this.#target.put(converted.start, converted.bytes);
    const check = this.#checks.then(() => this.#check(chunk, converted));
    this.#checks = check.catch(() => undefined);
    await check;
  }

  async #check(chunk: ReadChunk, { tensor, start, bytes, to }: ConvertedChunk): Promise<void> {
    const written = await this.#target.readBack(start, this.#checkBuffer.subarray(0, bytes.length));
    const wrong = findWrongValue(tensor, chunk.bytes, floatDtype(tensor), written, to);
    if (wrong < 0) return;
    throw new CheckpointError(
      "CONVERSION_FAILED",
      `Tensor ${tensor.name} read back from the written file differs from ${tensor.source} at value ${chunk.firstValue + wrong}. ` +
        "The disk or the memory of this computer is faulty: convert again.",
      { details: { tensor: tensor.name, source: tensor.source, index: chunk.firstValue + wrong } },
    );
  }
}

/** A weight that f16 does not hold was met, in a file that must hold every one. */
export class InexactError extends Error {
  constructor(tensor: string) {
    super(`f16 does not hold every weight of ${tensor}.`);
  }
}

function floatDtype({ stored }: PlannedTensor): FloatDtype {
  return isFloatDtype(stored.dtype) ? stored.dtype : "F32";
}

function nonFinite(tensor: PlannedTensor, index: number): CheckpointError {
  return new CheckpointError(
    "CHECKPOINT_INVALID",
    `Tensor ${tensor.source} has NaN or infinity at value ${index}. The file is damaged or the training failed: download it again.`,
    { details: { tensor: tensor.source, index } },
  );
}

/** A weight that f16 cannot hold at all was met. */
export class F16RangeError extends CheckpointError {}

function tooLargeForF16(tensor: PlannedTensor, index: number): F16RangeError {
  return new F16RangeError(
    "CHECKPOINT_INVALID",
    `Tensor ${tensor.source} has a value at ${index} beyond f16's range of ±65504, which would silently change the scores. ` +
      "Use --type bf16 or f32.",
    { details: { tensor: tensor.source, index } },
  );
}
