import { demand, ParquetProblem } from "./unreadable.js";

/** Shortest stretch that is repeated. Source: doc/lz4_Block_format.md of lz4 1.10, as all of `unpackLz4`. */
const SHORTEST_MATCH = 4;
/** LZ4 unpacks to at most this many times as much. */
const LARGEST_RATIO = 255;

/**
 * Unpacks one block of LZ4, to exactly `size` bytes. Decoders for JavaScript fill up what a broken block does not give, or refuse
 * the single zero byte that stands for nothing (hyparquet-compressors 1.1.2).
 * @throws ParquetProblem
 */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array {
  demand(size <= packed.length * LARGEST_RATIO, "a page is announced larger than its bytes can unpack to");
  const unpacked = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const length = (start: number): number => {
    let value = start;
    for (let byte = start === 15 ? 255 : 0; byte === 255; value += byte) {
      demand(from < packed.length, "a packed page ends too early");
      byte = packed[from++] ?? 0;
    }
    return value;
  };
  while (from < packed.length) {
    const token = packed[from++] ?? 0;
    const literals = length(token >> 4);
    demand(
      from + literals <= packed.length && to + literals <= size,
      "a packed page is longer than announced",
    );
    unpacked.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === packed.length) break;
    const distance = (packed[from] ?? 0) + (packed[from + 1] ?? 0) * 256;
    from += 2;
    const match = length(token & 15) + SHORTEST_MATCH;
    demand(distance > 0 && distance <= to && to + match <= size, "a packed page repeats what is not there");
    if (distance >= match) unpacked.copyWithin(to, to - distance, to - distance + match);
    else for (let index = to; index < to + match; index++) unpacked[index] = unpacked[index - distance] ?? 0;
    to += match;
  }
  demand(to === size, `a page unpacks to ${to} bytes, and ${size} are announced`);
  return unpacked;
}

/**
 * Unpacks what the format calls LZ4: blocks with their sizes in front of them, as Hadoop writes it, or a bare block, as parquet-cpp
 * wrote it. Source: Lz4HadoopCodec in cpp/src/arrow/util/compression_lz4.cc of Apache Arrow 24.
 * @throws ParquetProblem
 */
export function unpackHadoopLz4(packed: Uint8Array, size: number): Uint8Array {
  try {
    return unpackFrames(packed, size);
  } catch (error) {
    if (!(error instanceof ParquetProblem)) throw error;
    return unpackLz4(packed, size);
  }
}

function unpackFrames(packed: Uint8Array, size: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let from = 0; from < packed.length;) {
    demand(from + 8 <= packed.length, "a packed page ends too early");
    const unpackedSize = view.getUint32(from);
    const packedSize = view.getUint32(from + 4);
    from += 8;
    total += unpackedSize;
    demand(from + packedSize <= packed.length && total <= size, "a packed page is longer than announced");
    parts.push(unpackLz4(packed.subarray(from, from + packedSize), unpackedSize));
    from += packedSize;
  }
  demand(total === size, `a page unpacks to ${total} bytes, and ${size} are announced`);
  return Buffer.concat(parts);
}
