import { VALUE_TYPES, type GgufMetadata, type GgufValue } from "./gguf-value.js";
import type { GgmlType } from "./gguf-types.js";

/**
 * Lays out GGUF files. The bytes depend on nothing but the arguments.
 * Source: docs/gguf.md of ggml-org/ggml, version 3.
 */

const MAGIC = 0x46554747;
const VERSION = 3;
/** Tensor data begin at multiples of this: the format's default, which needs no `general.alignment`. */
export const GGUF_ALIGNMENT = 32;

/** A tensor to be written. */
export interface GgufTensor {
  name: string;
  type: GgmlType;
  /** Row-major, the last dimension contiguous. (The file has the dimensions in reverse.) */
  shape: readonly number[];
}

/** A tensor and where its bytes belong. */
export interface PlacedTensor extends GgufTensor {
  /** From the file's start. */
  offset: number;
  sizeBytes: number;
}

/** Everything about a GGUF file but the tensors' data. */
export interface GgufLayout {
  /** What the file begins with: header, metadata, tensor list, padding up to the first tensor. */
  header: Uint8Array;
  /** In the order given. Between them lie zero bytes, up to the next multiple of {@link GGUF_ALIGNMENT}. */
  tensors: readonly PlacedTensor[];
  sizeBytes: number;
}

/** Bytes of a tensor's data. */
export function tensorBytes(type: GgmlType, shape: readonly number[]): number {
  return (shape.reduce((product, size) => product * size, 1) / type.blockSize) * type.blockBytes;
}

/** Bytes from `offset` to the next multiple of the alignment. */
export function paddingAt(offset: number): number {
  return (GGUF_ALIGNMENT - (offset % GGUF_ALIGNMENT)) % GGUF_ALIGNMENT;
}

/** Places tensors in the order given, every one padded at its end. */
export function layOutGguf(metadata: GgufMetadata, tensors: readonly GgufTensor[]): GgufLayout {
  const writer = new ByteWriter();
  writer.u32(MAGIC);
  writer.u32(VERSION);
  writer.u64(BigInt(tensors.length));
  writer.u64(BigInt(metadata.size));
  for (const [key, value] of metadata) {
    writer.string(key);
    writeValue(writer, value);
  }
  let dataBytes = 0;
  const placed = tensors.map((tensor) => {
    const sizeBytes = tensorBytes(tensor.type, tensor.shape);
    writer.string(tensor.name);
    writer.u32(tensor.shape.length);
    for (const size of tensor.shape.toReversed()) writer.u64(BigInt(size));
    writer.u32(tensor.type.id);
    writer.u64(BigInt(dataBytes));
    const offset = dataBytes;
    dataBytes += sizeBytes + paddingAt(sizeBytes);
    return { ...tensor, offset, sizeBytes };
  });
  writer.zeros(paddingAt(writer.length));
  const header = writer.bytes();
  return {
    header,
    tensors: placed.map((tensor) => ({ ...tensor, offset: header.length + tensor.offset })),
    sizeBytes: header.length + dataBytes,
  };
}

function writeValue(writer: ByteWriter, value: GgufValue): void {
  writer.u32(VALUE_TYPES.indexOf(value.type));
  if (value.type !== "array") {
    writeScalar(writer, value.type, value.value);
    return;
  }
  writer.u32(VALUE_TYPES.indexOf(value.of));
  writer.u64(BigInt(value.values.length));
  for (const item of value.values) writeScalar(writer, value.of, item);
}

function writeScalar(
  writer: ByteWriter,
  type: Exclude<GgufValue["type"], "array">,
  value: number | bigint | boolean | string,
): void {
  if (type === "string") writer.string(String(value));
  else if (type === "u64") writer.u64(BigInt(value));
  else if (type === "bool") writer.u8(value === true ? 1 : 0);
  else if (type === "f32") writer.f32(Number(value));
  else writer.u32(Number(value) >>> 0);
}

/** A growing buffer of little-endian values. */
class ByteWriter {
  length = 0;
  #buffer = Buffer.alloc(1 << 16);

  u8(value: number): void {
    this.length = this.#reserve(1).writeUInt8(value, this.length);
  }

  u32(value: number): void {
    this.length = this.#reserve(4).writeUInt32LE(value, this.length);
  }

  u64(value: bigint): void {
    this.length = this.#reserve(8).writeBigUInt64LE(value, this.length);
  }

  f32(value: number): void {
    this.length = this.#reserve(4).writeFloatLE(value, this.length);
  }

  string(text: string): void {
    const size = Buffer.byteLength(text);
    this.u64(BigInt(size));
    this.length += this.#reserve(size).write(text, this.length);
  }

  zeros(count: number): void {
    this.#reserve(count).fill(0, this.length, this.length + count);
    this.length += count;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  #reserve(size: number): Buffer {
    if (this.length + size > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(2 * this.#buffer.length, this.length + size));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}
