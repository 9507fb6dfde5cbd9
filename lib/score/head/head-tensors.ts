import { HeadLoadError } from "../../errors.js";
import { findNonFinite, FLOAT_BYTES, isFloatDtype } from "../../formats/floats/float-convert.js";
import type { RowReader, TensorInfo, TensorReader } from "../../formats/safetensors/tensor.js";
import { nextTurn } from "../../util/event-loop.js";

/** Tensors by name, without their data: what detection and shape checks look at. */
export type TensorTable = ReadonlyMap<string, TensorInfo>;

const FLOAT_DTYPES = new Set(["F32", "F16", "BF16", "F64"]);

/** Values looked at between two turns of the event loop: about a millisecond. */
const VALUES_PER_TURN = 1 << 20;

/** Bytes of a tensor that are held at once where its values are only looked at. */
const SLICE_BYTES = 1 << 24;

/**
 * The shape of a head tensor, after checking that it is there and holds floating-point numbers.
 * @throws HeadLoadError `HEAD_INVALID`
 */
export function shapeOf(tensors: TensorTable, name: string): readonly number[] {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new HeadLoadError("HEAD_INVALID", `The head's tensor ${name} is missing. ${GET_COMPLETE_COPY}`);
  }
  if (!FLOAT_DTYPES.has(tensor.dtype)) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${name} has type ${tensor.dtype}, expected F32, F16 or BF16. ` +
        "Quantized checkpoints cannot be converted: use the original one.",
    );
  }
  return tensor.shape;
}

/**
 * Checks a head tensor's shape.
 * @throws HeadLoadError `HEAD_INVALID`
 */
export function expectShape(tensors: TensorTable, name: string, shape: readonly number[]): void {
  const actual = shapeOf(tensors, name);
  if (actual.length !== shape.length || actual.some((size, axis) => size !== shape[axis])) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${name} has shape [${actual.join(", ")}], expected [${shape.join(", ")}]. ` +
        GET_COMPLETE_COPY,
    );
  }
}

/**
 * Number of rows of a matrix that multiplies vectors of `inputSize` values.
 * @param input what these vectors are: another size of hidden states means another backbone, another size between layers a
 * broken head
 * @throws HeadLoadError `HEAD_MISMATCH` for hidden states of another size, else `HEAD_INVALID`
 */
export function rowCount(
  tensors: TensorTable,
  name: string,
  inputSize: number,
  input: "hidden state" | "layer",
): number {
  const [rows, columns, ...rest] = shapeOf(tensors, name);
  if (rows !== undefined && columns !== undefined && rest.length === 0 && rows > 0 && columns === inputSize) {
    return rows;
  }
  const isForOtherBackbone = columns !== undefined && rest.length === 0 && input === "hidden state";
  throw new HeadLoadError(
    isForOtherBackbone ? "HEAD_MISMATCH" : "HEAD_INVALID",
    `The head's tensor ${name} has shape [${shapeOf(tensors, name).join(", ")}], expected [rows, ${inputSize}]. ` +
      (isForOtherBackbone
        ? `The backbone's hidden size is ${inputSize}: head and backbone belong to different models.`
        : GET_COMPLETE_COPY),
  );
}

/**
 * Reads a head tensor as float32 and checks every value.
 * @throws HeadLoadError `HEAD_INVALID` when a value is NaN or infinite
 */
export async function readFinite(reader: TensorReader, name: string): Promise<Float32Array> {
  const values = await reader.readFloat32(name);
  for (let start = 0; start < values.length; start += VALUES_PER_TURN) {
    if (start > 0) await nextTurn();
    const part = values.subarray(start, start + VALUES_PER_TURN);
    const found = findNonFinite(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), "F32");
    if (found < 0) continue;
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${name} holds ${String(part[found])} at index ${start + found}. ${GET_COMPLETE_COPY}`,
    );
  }
  return values;
}

/**
 * Checks every value of a tensor. One that is larger than heads are, an output matrix, is read a slice at a time.
 * @throws HeadLoadError `HEAD_INVALID` when a value is NaN or infinite
 */
export async function expectFinite(reader: RowReader, name: string): Promise<void> {
  const { dtype = "F32", shape = [], sizeBytes = 0 } = reader.tensors.get(name) ?? {};
  const [rows = 1] = shape;
  if (sizeBytes <= SLICE_BYTES || !isFloatDtype(dtype)) {
    await readFinite(reader, name);
    return;
  }
  const count = Math.max(1, Math.floor((SLICE_BYTES * rows) / sizeBytes));
  for (let start = 0; start < rows; start += count) {
    const found = findNonFinite(await reader.readRows(name, start, Math.min(count, rows - start)), dtype);
    if (found < 0) continue;
    const index = start * (sizeBytes / FLOAT_BYTES[dtype] / rows) + found;
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${name} is not finite at index ${index}. ${GET_COMPLETE_COPY}`,
    );
  }
}

/** Reads a tensor that holds one number. @throws HeadLoadError `HEAD_INVALID` */
export async function readScalar(reader: TensorReader, name: string): Promise<number> {
  const [value, ...rest] = await readFinite(reader, name);
  if (value === undefined || rest.length > 0) {
    const shape = shapeOf(reader.tensors, name).join(", ");
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's tensor ${name} has shape [${shape}], expected one number. ${GET_COMPLETE_COPY}`,
    );
  }
  return value;
}

const GET_COMPLETE_COPY = "Get a complete copy of the checkpoint and convert it again.";
