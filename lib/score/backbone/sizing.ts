import { InvalidArgumentError } from "../../errors.js";
import type { NativeContextOptions, NativeModelInfo } from "../native/native-addon.js";
import { physicalCores } from "./threads.js";

/** Element type of the KV cache. */
export type KvType = "f16" | "f32";

/** Sizes a user may set; everything else follows from the model and the machine. */
export interface SizingOptions {
  /** Compute threads; default: physical cores. */
  threads?: number | undefined;
  /** KV cells: the longest conversation, and what is kept for later calls. Default: see `chooseContextLength`. */
  contextLength?: number | undefined;
  /** Default: `f32` on a CPU, `f16` with layers on a GPU. */
  kvType?: KvType | undefined;
  /** Most tokens in one decode, which is also how long an abort may have to wait. */
  maxBatch?: number | undefined;
}

/**
 * Tokens in one decode on a CPU, for each thread. The weights are read once for a batch, so it must be large enough to hide
 * that behind the arithmetic, which takes the less time the more threads share it. Beyond, a larger batch only takes memory
 * and keeps an abort waiting (measured with two threads: docs/performance.md).
 */
const CPU_BATCH_PER_THREAD = 96;
const SMALLEST_CPU_BATCH = 128;
/** The addon's own kernels unpack weights anew for every batch: theirs are twice as large, which saves a tenth of the time. */
const PREFILL_FACTOR = 2;
const LARGEST_CPU_BATCH = 512;
/** A large GPU needs more tokens at once to be busy. */
export const GPU_BATCH = 2048;
/** Outputs in one decode. llama.cpp keeps a row of the vocabulary's size for each. */
const MAX_OUTPUTS = 64;
/** Conversations for reward models rarely come near this, and an unused cache is memory wasted. */
export const AUTO_CONTEXT = 8192;
/** llama.cpp rounds the number of cells up to this (`llama_context`, v0.5.0). */
const CELL_STEP = 256;
/** Bytes of a float32 number. */
const FLOAT_BYTES = 4;
/** Share of the free memory that the KV cache may take by itself: other programs, and compute buffers, need some too. */
const MEMORY_SHARE = 0.5;

/**
 * Element type of the KV cache with layers on a GPU when the user names none. On a CPU it is f32: an f16 cache alone moves rewards of
 * trained heads by up to 0.005 of their standard deviation, a hundred times what the addon's own kernels do otherwise
 * (docs/performance.md has what it costs).
 */
export const GPU_KV_TYPE: KvType = "f16";

/** Options for the first attempt at a context. @param freeBytes what the KV cache may take, see `freeMemoryBytes` */
export function chooseContextOptions(
  model: NativeModelInfo,
  isOnGpu: boolean,
  freeBytes: number,
  options: SizingOptions,
): NativeContextOptions {
  const kvType = options.kvType ?? (isOnGpu ? GPU_KV_TYPE : "f32");
  const threads = options.threads ?? chooseThreads(model);
  const wanted = options.maxBatch ?? (isOnGpu ? GPU_BATCH : cpuBatch(threads, model.isPrefilled));
  const kvBytes = model.kvElementsPerCell * (kvType === "f32" ? FLOAT_BYTES : 2);
  const besideBytes = isOnGpu ? 0 : bytesBesideCell(model, kvType, wanted);
  const contextLength = options.contextLength ?? chooseContextLength(model, kvBytes + besideBytes, freeBytes);
  const batch = Math.min(wanted, contextLength);
  return {
    contextLength,
    batchSize: batch,
    ubatchSize: batch,
    maxOutputs: Math.min(batch, MAX_OUTPUTS),
    threads,
    kvType,
    flashAttention: "auto",
    maxKvBytes: Math.max(1, Math.floor(freeBytes - besideBytes * contextLength)),
  };
}

/**
 * Memory that attention on a CPU takes for each KV cell beside the cache: a copy of one layer's keys and values by the addon's own
 * kernels (values are mostly read in place: half of this); the scores of every token of a batch and head by llama.cpp's without flash
 * attention, which an f32 cache has.
 */
function bytesBesideCell(model: NativeModelInfo, kvType: KvType, batch: number): number {
  if (model.isPrefilled) return (model.kvElementsPerCell / Math.max(1, model.layerCount)) * FLOAT_BYTES;
  return kvType === "f32" ? batch * model.headCount * FLOAT_BYTES : 0;
}

function cpuBatch(threads: number, isPrefilled: boolean): number {
  const batch = Math.max(threads * CPU_BATCH_PER_THREAD, SMALLEST_CPU_BATCH);
  return Math.min(isPrefilled ? PREFILL_FACTOR * batch : batch, LARGEST_CPU_BATCH);
}

/** Below this, threads cost more in waiting for each other than they save, and far more when other programs are busy. */
const SINGLE_THREAD_PARAMETERS = 20_000_000;

/** Compute threads when the user names no number: the physical cores, one for a tiny model. */
export function chooseThreads(model: Pick<NativeModelInfo, "parameterCount">): number {
  return model.parameterCount < SINGLE_THREAD_PARAMETERS ? 1 : physicalCores();
}

/**
 * KV cells when the user names no number: what the model was trained for, at most 8,192, and no more than half of the free
 * memory holds.
 */
export function chooseContextLength(
  model: Pick<NativeModelInfo, "trainContextLength">,
  cellBytes: number,
  freeBytes: number,
): number {
  const fitting = Math.floor((freeBytes * MEMORY_SHARE) / cellBytes);
  const length = Math.min(model.trainContextLength, AUTO_CONTEXT, fitting);
  return Math.max(CELL_STEP, length - (length % CELL_STEP));
}

/** @throws InvalidArgumentError for a size that is not a positive whole number */
export function checkSizes({ threads, contextLength, maxBatch }: SizingOptions): void {
  checkPositive("threads", threads);
  checkPositive("contextLength", contextLength);
  checkPositive("maxBatch", maxBatch);
}

function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new InvalidArgumentError(`Expected a positive whole number for ${name} but received ${value}.`);
}
