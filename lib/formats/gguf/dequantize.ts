import { toFloat32 } from "../floats/float-convert.js";
import { float32BitsFromF16 } from "../floats/float16.js";
import { GGML_TYPES, isPlainFloat, type GgmlTypeName } from "./gguf-types.js";

/**
 * Values of quantized tensors, to check what llama.cpp's quantizer wrote. Every block is `scale · integer (− minimum)`; layouts
 * as published in ggml-common.h (`block_q8_0`, `block_q5_0`, `block_q5_1`, `block_q4_K`, `block_q5_K`, `block_q6_K`) of llama.cpp v0.5.0.
 */
type BlockReader = (block: DataView, values: Float32Array) => void;

const READERS: Readonly<Record<Exclude<GgmlTypeName, "F32" | "F16" | "BF16">, BlockReader>> = {
  Q8_0: readQ8_0,
  Q5_0: readQ5_0,
  Q5_1: readQ5_1,
  Q4_K: readQ4_K,
  Q5_K: readQ5_K,
  Q6_K: readQ6_K,
};

/** The values of whole blocks, as float32. */
export function dequantize(bytes: Uint8Array, type: GgmlTypeName): Float32Array {
  if (isPlainFloat(type)) return toFloat32(bytes, type);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const read = READERS[type];
  const blocks = bytes.length / blockBytes;
  const values = new Float32Array(blocks * blockSize);
  for (let index = 0; index < blocks; index++) {
    const block = new DataView(bytes.buffer, bytes.byteOffset + index * blockBytes, blockBytes);
    read(block, values.subarray(index * blockSize, (index + 1) * blockSize));
  }
  return values;
}

const scratch = new DataView(new ArrayBuffer(4));

function half(block: DataView, offset: number): number {
  scratch.setUint32(0, float32BitsFromF16(block.getUint16(offset, true)));
  return scratch.getFloat32(0);
}

/** scale f16, 32 × int8 */
function readQ8_0(block: DataView, values: Float32Array): void {
  const scale = half(block, 0);
  for (let index = 0; index < 32; index++) values[index] = scale * block.getInt8(2 + index);
}

/** A 5-bit integer: 4 bits from a nibble (low nibbles are the first 16 values), the highest from a 32-bit mask. */
function fiveBits(block: DataView, index: number, maskOffset: number, nibbles: number): number {
  const byte = block.getUint8(nibbles + (index % 16));
  const low = index < 16 ? byte & 15 : byte >>> 4;
  return low | (((block.getUint32(maskOffset, true) >>> index) & 1) << 4);
}

/** scale f16, mask of fifth bits u32, 16 bytes of nibbles; minus 16 */
function readQ5_0(block: DataView, values: Float32Array): void {
  const scale = half(block, 0);
  for (let index = 0; index < 32; index++) values[index] = scale * (fiveBits(block, index, 2, 6) - 16);
}

/** scale f16, minimum f16, mask u32, nibbles */
function readQ5_1(block: DataView, values: Float32Array): void {
  const scale = half(block, 0);
  const minimum = half(block, 2);
  for (let index = 0; index < 32; index++) values[index] = scale * fiveBits(block, index, 4, 8) + minimum;
}

/** Eight 6-bit scales and eight 6-bit minima in 12 bytes: four whole ones each, then nibbles with the spare upper bits. */
function scaleAndMinimum(block: DataView, index: number): [scale: number, minimum: number] {
  const byte = (at: number): number => block.getUint8(4 + at);
  if (index < 4) return [byte(index) & 63, byte(index + 4) & 63];
  const scale = (byte(index + 4) & 15) | ((byte(index - 4) >>> 6) << 4);
  const minimum = (byte(index + 4) >>> 4) | ((byte(index) >>> 6) << 4);
  return [scale, minimum];
}

/** scale f16, minimum f16, 12 bytes of 6-bit scales, 128 bytes: each 32 bytes hold two sub-blocks, low nibbles first */
function readQ4_K(block: DataView, values: Float32Array): void {
  readScaledNibbles(block, values, 16, () => 0);
}

/** as Q4_K, with 32 bytes of fifth bits in front of the nibbles: bit i of byte l belongs to sub-block i */
function readQ5_K(block: DataView, values: Float32Array): void {
  readScaledNibbles(block, values, 48, (part, index) => ((block.getUint8(16 + index) >>> part) & 1) << 4);
}

function readScaledNibbles(
  block: DataView,
  values: Float32Array,
  nibbles: number,
  highBit: (part: number, index: number) => number,
): void {
  const scale = half(block, 0);
  const minimum = half(block, 2);
  for (let part = 0; part < 8; part++) {
    const [partScale, partMinimum] = scaleAndMinimum(block, part);
    for (let index = 0; index < 32; index++) {
      const byte = block.getUint8(nibbles + 32 * (part >>> 1) + index);
      const low = part % 2 === 0 ? byte & 15 : byte >>> 4;
      values[32 * part + index] = scale * partScale * (low | highBit(part, index)) - minimum * partMinimum;
    }
  }
}

/** 128 bytes of low nibbles, 64 of upper bit pairs, 16 int8 scales, scale f16; integers minus 32; in two halves of 128 values */
function readQ6_K(block: DataView, values: Float32Array): void {
  const scale = half(block, 208);
  for (let index = 0; index < 256; index++) {
    const inHalf = index % 128;
    const start = index < 128 ? 0 : 1;
    const quarter = inHalf >>> 5;
    const byte = block.getUint8(64 * start + (inHalf % 64));
    const low = quarter < 2 ? byte & 15 : byte >>> 4;
    const high = (block.getUint8(128 + 32 * start + (index % 32)) >>> (2 * quarter)) & 3;
    values[index] = scale * block.getInt8(192 + (index >>> 4)) * ((low | (high << 4)) - 32);
  }
}
