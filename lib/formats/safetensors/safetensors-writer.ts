import { LENGTH_BYTES } from "./safetensors-header.js";
import type { TensorInfo } from "./tensor.js";

/** A tensor with its bytes as they are to be stored. */
export interface TensorData extends Pick<TensorInfo, "name" | "dtype" | "shape"> {
  bytes: Uint8Array;
}

/** Header lengths are a multiple of this, so that data are aligned: what the reference implementation does. */
const HEADER_ALIGNMENT = 8;

/**
 * The bytes of a safetensors file with these tensors, in the order given. The bytes depend on nothing but the argument.
 * Source of the layout: huggingface/safetensors, README.
 */
export function encodeSafetensors(tensors: readonly TensorData[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = Buffer.from(
    JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }),
  );
  const headerBytes = Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const file = Buffer.alloc(LENGTH_BYTES + headerBytes + end);
  file.writeBigUInt64LE(BigInt(headerBytes));
  file.fill(" ", LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  json.copy(file, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerBytes;
  for (const { bytes } of tensors) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
