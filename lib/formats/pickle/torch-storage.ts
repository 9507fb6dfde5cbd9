import { DTYPE_BYTES } from "../safetensors/safetensors-header.js";
import type { TensorDtype } from "../safetensors/tensor.js";

/**
 * Types of stored values by the name of their storage class.
 * Source: PyTorch 2.13 torch/storage.py, `_dtype_to_storage_type_map`. Complex and quantized ones are not read.
 */
const STORAGE_DTYPES: Readonly<Record<string, TensorDtype>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** Types of values by the name that `_rebuild_tensor_v3` is given. Source: PyTorch 2.13 torch/storage.py, `_new_dtypes`. */
const DTYPES: Readonly<Record<string, TensorDtype>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  uint16: "U16",
  uint32: "U32",
  uint64: "U64",
  bool: "BOOL",
};

/** A storage class: what its values are. */
export class StorageClass {
  constructor(
    readonly name: string,
    readonly dtype: TensorDtype,
  ) {}
}

/** A type of values as a value of its own. */
export class Dtype {
  constructor(
    readonly name: string,
    readonly dtype: TensorDtype,
  ) {}
}

/** The storage class or type that a name of `torch` stands for. */
export function torchType(name: string): StorageClass | Dtype | undefined {
  // Bytes without a type: the tensors over them have one each.
  if (name === "torch.storage.UntypedStorage") return new StorageClass(name, "U8");
  const short = /^torch\.(\w+)$/.exec(name)?.[1] ?? "";
  if (Object.hasOwn(STORAGE_DTYPES, short)) return new StorageClass(name, STORAGE_DTYPES[short] ?? "U8");
  if (Object.hasOwn(DTYPES, short)) return new Dtype(name, DTYPES[short] ?? "U8");
  return undefined;
}

/** A stretch of memory that was saved; tensors are views of it, several of them of the same one. */
export class Storage {
  readonly name = "a storage";

  constructor(
    readonly key: string,
    readonly dtype: TensorDtype,
    /** Values. */
    readonly length: number,
  ) {}

  get sizeBytes(): number {
    return this.length * DTYPE_BYTES[this.dtype];
  }
}

/** Part of a storage, in place of the whole: old files have such. */
export class StorageView {
  readonly name = "a storage";

  constructor(
    readonly storage: Storage,
    /** First value, in the storage. */
    readonly start: number,
    readonly length: number,
  ) {}
}
