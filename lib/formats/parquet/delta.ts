import { demand } from "./unreadable.js";

/** Values of a miniblock are multiples of this, and blocks of 128. Source: Encodings.md of apache/parquet-format 2.12, DELTA_BINARY_PACKED. */
const MINIBLOCK_VALUES = 32;
/** Of a difference: DuckDB writes those of 32-bit numbers with 33. */
const MOST_BITS = 64;
/** Of a difference of lengths: what a double adds up exactly. */
const MOST_LENGTH_BITS = 40;

/** Numbers that were delta encoded: what they are, where they are small, and the index behind their last byte. */
export interface DeltaNumbers {
  values: Int32Array;
  end: number;
}

/**
 * Checks delta encoded numbers, whose blocks have to lie within the bytes.
 * @param count how many there have to be
 * @returns the index behind their last byte
 * @throws ParquetProblem
 */
export function checkDelta(bytes: Uint8Array, from: number, count: number): number {
  return walkDelta(bytes, from, count, MOST_BITS, undefined);
}

/** Decodes delta encoded lengths. @throws ParquetProblem one is negative */
export function decodeLengths(bytes: Uint8Array, from: number, count: number): DeltaNumbers {
  const values = new Int32Array(count);
  const end = walkDelta(bytes, from, count, MOST_LENGTH_BITS, values);
  demand(
    values.every((value) => value >= 0),
    "a text has a negative length",
  );
  return { values, end };
}

function walkDelta(
  bytes: Uint8Array,
  from: number,
  count: number,
  mostBits: number,
  values: Int32Array | undefined,
): number {
  let at = from;
  const unsigned = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      demand(at < bytes.length && shift < 70n, "delta encoded numbers end too early");
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const signed = (): number => {
    const zigzag = unsigned();
    return Number(BigInt.asIntN(32, (zigzag >> 1n) ^ -(zigzag & 1n)));
  };
  const blockSize = Number(unsigned());
  const miniblocks = Number(unsigned());
  const size = blockSize / miniblocks;
  demand(
    Number.isInteger(size) && size > 0 && size % MINIBLOCK_VALUES === 0,
    "delta encoded numbers have blocks of no valid size",
  );
  demand(Number(unsigned()) === count, `delta encoded numbers are not the ${count} that are announced`);
  let value = signed();
  if (values !== undefined && count > 0) values[0] = value;
  for (let done = 1; done < count;) {
    const smallest = signed();
    const widths = bytes.subarray(at, at + miniblocks);
    demand(widths.length === miniblocks, "delta encoded numbers end too early");
    at += miniblocks;
    for (let block = 0; block < miniblocks && done < count; block++) {
      const width = widths[block] ?? 0;
      const used = Math.min(size, count - done);
      demand(width <= mostBits, `delta encoded numbers have ${width} bits`);
      demand(at + Math.ceil((used * width) / 8) <= bytes.length, "delta encoded numbers end too early");
      for (let index = 0; index < used && values !== undefined; index++) {
        value = (value + smallest + bitsAt(bytes, at * 8 + index * width, width)) | 0;
        values[done + index] = value;
      }
      done += used;
      at += (size * width) / 8;
    }
  }
  return at;
}

/** A number of up to 32 bits that begins at a bit, modulo 2^32. */
function bitsAt(bytes: Uint8Array, start: number, width: number): number {
  let value = 0;
  for (let read = 0; read < width;) {
    const at = start + read;
    const taken = Math.min(8 - (at % 8), width - read);
    value += (((bytes[Math.floor(at / 8)] ?? 0) >> (at % 8)) & (2 ** taken - 1)) * 2 ** read;
    read += taken;
  }
  return value;
}
