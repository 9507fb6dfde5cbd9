import { brotliDecompressSync, unzipSync } from "node:zlib";
import { snappyUncompressor } from "hysnappy";
import { ZSTDDecoder } from "zstddec";
import { unpackHadoopLz4, unpackLz4 } from "./lz4.js";
import { demand, ParquetProblem } from "./unreadable.js";

const unpackSnappy = snappyUncompressor();
const zstd = new ZSTDDecoder();

/** To be awaited before anything is unpacked. */
export async function prepareCodecs(): Promise<void> {
  await zstd.init();
}

/**
 * Unpacks a page, to exactly the size that it announces.
 * @param codec by its name in the format
 * @throws ParquetProblem
 */
export function unpack(packed: Uint8Array, codec: string, size: number): Uint8Array {
  // Writers pack nothing into nothing, or into what stands for it.
  const bytes = size === 0 ? new Uint8Array() : unpackSome(packed, codec, size);
  demand(bytes.length === size, `a page unpacks to ${bytes.length} bytes, and ${size} are announced`);
  return bytes;
}

function unpackSome(packed: Uint8Array, codec: string, size: number): Uint8Array {
  try {
    switch (codec) {
      case "UNCOMPRESSED":
        return packed;
      case "SNAPPY":
        // hysnappy 1.1.1 unpacks to the size that the bytes state, whatever it is told.
        demand(snappySize(packed) === size, "a page states another size than its header");
        return unpackSnappy(packed, size);
      case "GZIP":
        return unzipSync(packed, { maxOutputLength: size });
      case "BROTLI":
        return brotliDecompressSync(packed, { maxOutputLength: size });
      case "ZSTD":
        return zstd.decode(packed, size);
      case "LZ4":
        return unpackHadoopLz4(packed, size);
      case "LZ4_RAW":
        return unpackLz4(packed, size);
      default:
        throw new ParquetProblem(`it is packed by ${codec}, which is not supported`);
    }
  } catch (cause) {
    if (cause instanceof ParquetProblem) throw cause;
    throw new ParquetProblem(
      `a page cannot be unpacked (${codec}: ${cause instanceof Error ? cause.message : "failed"})`,
      { cause },
    );
  }
}

/** Source: format_description.txt of google/snappy 1.2, Preamble. */
function snappySize(packed: Uint8Array): number {
  let size = 0;
  for (let index = 0; index < 5; index++) {
    const byte = packed[index] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return size;
  }
  return Number.NaN;
}
