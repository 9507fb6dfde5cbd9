/** Element types a published checkpoint stores its tensors in, by their safetensors names. */
export type TensorDtype =
  "F32" | "F16" | "BF16" | "F64" | "I64" | "I32" | "U8" | "BOOL" | "I8" | "I16" | "U16" | "U32" | "U64";

/** Where a tensor lies and what it is. */
export interface TensorInfo {
  name: string;
  dtype: TensorDtype;
  /** Row-major: the last dimension is contiguous. */
  shape: readonly number[];
  sizeBytes: number;
}

/** Tensors by name: a checkpoint, or the `head.safetensors` of a model folder. */
export interface TensorReader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The tensor's bytes as stored. @throws CHECKPOINT_INVALID or HEAD_INVALID when absent or unreadable */
  readBytes(name: string): Promise<Uint8Array>;
  /** The tensor as float32, from F32, F16 or BF16 (and F64, rounded). */
  readFloat32(name: string): Promise<Float32Array>;
}

/** Tensors of which one can also have some rows of a large matrix without reading all of it. */
export interface RowReader extends TensorReader {
  /** Bytes, as stored, of rows `[start, start + count)` of a matrix. @throws CHECKPOINT_INVALID */
  readRows(name: string, start: number, count: number): Promise<Uint8Array>;
}
