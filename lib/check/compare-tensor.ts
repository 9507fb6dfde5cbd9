import { granuleOf, wholeShape } from "../model/architecture/transform.js";
import { dequantize } from "../formats/gguf/dequantize.js";
import { FLOAT_BYTES, isFloatDtype, type FloatDtype } from "../formats/floats/float-convert.js";
import type { GgufData, GgufTensorInfo } from "../formats/gguf/gguf-reader.js";
import { GGML_TYPES, isPlainFloat, type GgmlTypeName } from "../formats/gguf/gguf-types.js";
import { tensorBytes } from "../formats/gguf/gguf-writer.js";
import type { WeightFile } from "../formats/weight-file.js";
import type { PlannedTensor } from "../model/architecture/backbone-plan.js";
import { expectedValues, findWrongValue } from "./check-transform.js";
import { diagnose } from "./diagnose-tensor.js";
import type { TensorFault } from "./tensor-fault.js";

/** Values compared at a time, unless a single granule has more. A multiple of every block size. */
const CHUNK_VALUES = 1 << 20;

/**
 * Largest error of a quantized value, relative to the largest magnitude in its block: half a step of the grid (a whole one
 * at the clipped end of asymmetric grids), and what rounding the scales adds, with a reserve of about a half over the largest errors seen on random and on heavy-tailed values. A value
 * that is missing or in the wrong place is off by about 1.
 */
const LARGEST_ERROR: Readonly<Record<Exclude<GgmlTypeName, FloatDtype>, number>> = {
  Q8_0: 0.008,
  Q6_K: 0.06,
  Q5_0: 0.09,
  Q5_1: 0.06,
  Q5_K: 0.1,
  Q4_K: 0.2,
};

/**
 * The same for q8_0 that records decided about (`quantize --imatrix`): a number may end four steps of 1/127 away from the nearest, which is half
 * a step off itself.
 */
const LARGEST_FITTED_ERROR = 0.04;

/** Half the step of the smallest float16 numbers: by so much a block's scale may be off, however small it is. */
const SCALE_ROUNDING = 2 ** -25;

/**
 * The largest integer that a block's float16 scales are multiplied by. Blocks of tiny values, like the embeddings of tokens that
 * training never met, have scales that float16 rounds coarsely, or to zero. Source: as for {@link dequantize}.
 */
const LARGEST_MULTIPLE: Readonly<Record<Exclude<GgmlTypeName, FloatDtype>, number>> = {
  Q8_0: 127,
  Q6_K: 128 * 32,
  Q5_0: 16,
  Q5_1: 31 + 1,
  Q5_K: 63 * 31 + 63,
  Q4_K: 63 * 15 + 63,
};

/** A tensor of a GGUF and the one it must have been made from. */
export interface TensorPair {
  tensor: PlannedTensor;
  source: WeightFile;
  info: GgufTensorInfo;
  data: GgufData;
  /** For messages. */
  file: string;
  /** Whether records decided how it is rounded. */
  isFitted?: boolean | undefined;
}

/**
 * Compares every value of a GGUF tensor with its source: exactly when the type holds the source's values, else within rounding
 * or the quantization's error.
 * @returns the fault, or undefined when there is none
 */
export async function compareTensor(pair: TensorPair): Promise<TensorFault | undefined> {
  const { tensor, source, info, data, file, isFitted } = pair;
  const { stored, name } = tensor;
  const shape = wholeShape(tensor);
  const { type } = info;
  if (
    type === undefined ||
    info.shape.length !== shape.length ||
    info.shape.some((size, axis) => size !== shape[axis])
  ) {
    const found = `[${info.shape.join(", ")}] of type ${type ?? `number ${info.typeId}`}`;
    const message = `Tensor ${name} is ${found}, expected [${shape.join(", ")}] of a type this version reads.`;
    return { file, name, kind: "shape", message };
  }
  const from = isFloatDtype(stored.dtype) ? stored.dtype : "F32";
  const total = stored.sizeBytes / FLOAT_BYTES[from];
  const before = (tensor.part?.index ?? 0) * total;
  const granule = granuleOf(tensor);
  const step = Math.max(1, Math.floor(CHUNK_VALUES / granule)) * granule;
  for (let start = 0; start < total; start += step) {
    const count = Math.min(step, total - start);
    const sourceBytes = await source.readValues(
      stored,
      start * FLOAT_BYTES[from],
      new Uint8Array(count * FLOAT_BYTES[from]),
    );
    const writtenBytes = await data.read(
      info.offset + tensorBytes(GGML_TYPES[type], [before + start]),
      new Uint8Array(tensorBytes(GGML_TYPES[type], [count])),
    );
    const largestError = isFitted === true && type === "Q8_0" ? LARGEST_FITTED_ERROR : undefined;
    const wrong = findWrong(tensor, sourceBytes, from, writtenBytes, type, largestError);
    if (wrong >= 0) return describe(pair, { sourceBytes, from, writtenBytes, type, start, wrong });
  }
  return undefined;
}

function findWrong(
  tensor: PlannedTensor,
  source: Uint8Array,
  from: FloatDtype,
  written: Uint8Array,
  type: GgmlTypeName,
  largestError?: number,
): number {
  if (isPlainFloat(type)) return findWrongValue(tensor, source, from, written, type);
  const expected = expectedValues(tensor, source, from);
  const actual = dequantize(written, type);
  const { blockSize } = GGML_TYPES[type];
  for (let start = 0; start < expected.length; start += blockSize) {
    const block = expected.subarray(start, start + blockSize);
    const largest = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const limit = (largestError ?? LARGEST_ERROR[type]) * largest + LARGEST_MULTIPLE[type] * SCALE_ROUNDING;
    const wrong = block.findIndex(
      (value, index) => !(Math.abs(value - (actual[start + index] ?? NaN)) <= limit),
    );
    if (wrong >= 0) return start + wrong;
  }
  return -1;
}

interface WrongChunk {
  sourceBytes: Uint8Array;
  from: FloatDtype;
  writtenBytes: Uint8Array;
  type: GgmlTypeName;
  start: number;
  wrong: number;
}

function describe({ tensor, file }: TensorPair, chunk: WrongChunk): TensorFault {
  const { sourceBytes, from, writtenBytes, type, start, wrong } = chunk;
  const expected = expectedValues(tensor, sourceBytes, from);
  const actual = dequantize(writtenBytes, type);
  const { kind, cause } = diagnose({
    tensor,
    source: sourceBytes,
    from,
    expected,
    actual,
    type,
  });
  const values = `value ${start + wrong} is ${String(actual[wrong])}, expected ${String(expected[wrong])}`;
  const message = `Tensor ${tensor.name} does not agree with ${tensor.source} of the checkpoint: ${cause} (${values}).`;
  return { file, name: tensor.name, kind, message };
}
