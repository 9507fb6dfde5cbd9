import { DTYPE_BYTES } from "../safetensors/safetensors-header.js";
import type { TensorDtype } from "../safetensors/tensor.js";
import type { PickleCursor } from "./cursor.js";
import { Dtype, StorageView, type Storage } from "./torch-storage.js";
import { kindOf, PyDict, PyTuple } from "./values.js";

/** Axes of a tensor. Source: PyTorch 2.13 c10, which sizes its arrays for as many (`dim_bitset_size`). */
const MAX_AXES = 64;

/** A tensor as it was saved: a view of a storage. Its values are all inside. */
export class SavedTensor {
  readonly name = "a tensor";

  constructor(
    readonly storage: Storage,
    readonly dtype: TensorDtype,
    /** Byte of the first value, in the storage. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** Values from one index to the next, by axis. */
    readonly strides: readonly number[],
  ) {}

  get sizeBytes(): number {
    return this.shape.reduce((product, size) => product * size, DTYPE_BYTES[this.dtype]);
  }
}

/**
 * `_rebuild_tensor(storage, offset, size, stride)`, and what `_v2` and `_v3` add to it.
 * Source: PyTorch 2.13 torch/_utils.py.
 * @param metadata of `_v2` and `_v3`: marks that the values are to be negated or conjugated
 */
export function rebuildTensor(
  [view, offset, size, stride]: readonly unknown[],
  cursor: PickleCursor,
  { dtype, metadata }: { dtype?: unknown; metadata?: unknown } = {},
): SavedTensor {
  if (!(view instanceof StorageView))
    throw cursor.invalid(`a tensor is made of ${kindOf(view)}, not of a storage`);
  if (dtype !== undefined && !(dtype instanceof Dtype))
    throw cursor.invalid(`the type of a tensor is ${kindOf(dtype)}`);
  refuseLazyBits(metadata, cursor);
  const shape = sizes(size, cursor);
  const strides = sizes(stride, cursor);
  if (!isSize(offset) || shape.length !== strides.length || shape.length > MAX_AXES) {
    throw cursor.invalid(
      `a tensor has offset ${String(offset)}, shape [${shape.join(", ")}] and strides [${strides.join(", ")}]`,
    );
  }
  const { storage, start, length } = view;
  const type = dtype?.dtype ?? storage.dtype;
  const [valueBytes, storedBytes] = [DTYPE_BYTES[type], DTYPE_BYTES[storage.dtype]];
  const count = shape.reduce((product, axis) => product * axis, 1);
  const available = length * storedBytes;
  const last = shape.reduce((sum, axis, index) => sum + (axis - 1) * (strides[index] ?? 0), offset);
  const end = (count === 0 ? offset : last + 1) * valueBytes;
  if (!(end <= available)) {
    throw cursor.invalid(
      `a tensor of shape [${shape.join(", ")}] ends at byte ${end} of a storage of ${available} bytes`,
    );
  }
  if (count * valueBytes > storage.sizeBytes) {
    throw cursor.unsupported(
      `a tensor of shape [${shape.join(", ")}] repeats the ${storage.length} values of its storage (expand), ` +
        "which weights do not. Save its contiguous() copy.",
    );
  }
  return new SavedTensor(storage, type, start * storedBytes + offset * valueBytes, shape, strides);
}

/** Values that are to be negated or conjugated before use: as they are, they would be others than the model's. */
function refuseLazyBits(metadata: unknown, cursor: PickleCursor): void {
  if (metadata === undefined || metadata === null) return;
  const set =
    metadata instanceof PyDict ? [...metadata.entries].filter(([, value]) => value !== false) : undefined;
  if (set?.length === 0) return;
  const bits = set?.map(([key]) => String(key)).join(", ") ?? kindOf(metadata);
  throw cursor.unsupported(
    `a tensor has the mark ${bits}, which changes its values when it is read. Save its clone() with resolve_neg().`,
  );
}

function sizes(value: unknown, cursor: PickleCursor): readonly number[] {
  if (value instanceof PyTuple && value.items.every(isSize)) return value.items;
  throw cursor.invalid(`the shape or strides of a tensor are no whole numbers from 0 on (${kindOf(value)})`);
}

/** Whether something is a number that sizes and places have. */
export function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
