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
