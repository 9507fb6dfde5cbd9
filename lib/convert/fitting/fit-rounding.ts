import { open, type FileHandle } from "node:fs/promises";
import { fileError } from "../../util/caught.js";
import { fromNative } from "../../score/native/from-native.js";
import type { NativeMoments } from "../../score/native/native-addon.js";
import type { Progress } from "../../score/score.js";
import { toFloat32 } from "../../formats/floats/float-convert.js";
import {
  GgufData,
  readGgufHeader,
  type GgufHeader,
  type GgufTensorInfo,
} from "../../formats/gguf/gguf-reader.js";
import { isPlainFloat } from "../../formats/gguf/gguf-types.js";
import { writeAt } from "../../util/files/write-at.js";
import { observeInputs } from "./observe-inputs.js";
import type { ObservedPrompt } from "./reference-set.js";

/** A q8_0 backbone to round by what records show. */
export interface FitJob {
  /** The backbone that it was made from. */
  source: string;
  /** Its q8_0 blocks are replaced. */
  target: string;
  /** The records' conversations. */
  prompts: readonly ObservedPrompt[];
  threads: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A matrix in both files. */
interface Matrix {
  source: GgufTensorInfo;
  target: GgufTensorInfo;
  layer: number;
  width: number;
}

/** Bytes of products of inputs that are summed at once; the records are computed again for every so many layers. */
const PRODUCT_BYTES = 1 << 30;

/**
 * Rounds the layers' q8_0 matrices anew: each number up or down such that the matrices' products with what the records multiply them
 * with change least. The format, and what reads it, stay the same.
 * @throws ModelLoadError, ContextError, DecodeError, FileError; `signal.reason`
 */
export async function fitRounding(job: FitJob): Promise<void> {
  const [source, target] = await Promise.all([readGgufHeader(job.source), readGgufHeader(job.target)]);
  const sourceData = await GgufData.open(job.source);
  const handle = await open(job.target, "r+").catch((cause: unknown) => {
    throw fileError("write", job.target, cause);
  });
  try {
    const matrices = matricesOf(source, target);
    let done = 0;
    for (const part of partsOf(matrices)) {
      const weights = part.map(({ source: { name } }) => name);
      const moments = await observeInputs({ ...job, file: job.source, weights, withProducts: true });
      try {
        const seen = new Set(moments.meanSquares().map(({ name }) => name));
        for (const matrix of part) {
          job.signal?.throwIfAborted();
          // Experts' matrices are chosen by token: they stay as they were rounded.
          if (!seen.has(matrix.source.name)) continue;
          await roundMatrix(matrix, sourceData, handle, moments, job);
          job.onProgress?.({ phase: "round", unit: "tensors", done: ++done, total: matrices.length });
        }
      } finally {
        await moments.dispose();
      }
    }
    await handle.sync().catch((cause: unknown) => {
      throw fileError("write", job.target, cause);
    });
  } finally {
    await Promise.all([sourceData.close(), handle.close()]);
  }
}

/** The layers' q8_0 matrices, in the order of the layers. */
function matricesOf(source: GgufHeader, target: GgufHeader): Matrix[] {
  const matrices: Matrix[] = [];
  for (const info of target.tensors.values()) {
    const layer = /^blk\.(\d+)\./.exec(info.name)?.[1];
    const from = source.tensors.get(info.name);
    if (info.type !== "Q8_0" || layer === undefined || from === undefined) continue;
    matrices.push({ source: from, target: info, layer: Number(layer), width: info.shape.at(-1) ?? 0 });
  }
  return matrices.sort((a, b) => a.layer - b.layer);
}

/** Cuts between layers. */
function partsOf(matrices: readonly Matrix[]): Matrix[][] {
  const parts: Matrix[][] = [];
  let bytes = Infinity;
  let last = -1;
  for (const matrix of matrices) {
    if (bytes > PRODUCT_BYTES && matrix.layer !== last) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(matrix);
    // Matrices that share their input are counted each: which do is only known when the model runs.
    bytes += matrix.width ** 2 * Float32Array.BYTES_PER_ELEMENT;
    last = matrix.layer;
  }
  return parts;
}

async function roundMatrix(
  { source, target }: Matrix,
  data: GgufData,
  handle: FileHandle,
  moments: NativeMoments,
  { threads, target: file }: FitJob,
): Promise<void> {
  if (source.type === undefined || !isPlainFloat(source.type)) return;
  const bytes = await data.read(source.offset, new Uint8Array(source.sizeBytes ?? 0));
  const blocks = await moments
    .roundToQ8({ weight: source.name, values: toFloat32(bytes, source.type), threads })
    .catch((error: unknown) => {
      throw fromNative(error);
    });
  await writeAt(handle, file, target.offset, blocks);
}
