import { createReadStream } from "node:fs";
import { gunzip } from "./gunzip.js";

/** How a data file is written. */
export type DataFormat = "jsonl" | "json" | "csv" | "parquet";

/** One file of a dataset. */
export interface DataFile {
  path: string;
  /** Name to show: relative to the folder that was asked for. */
  name: string;
  format: DataFormat;
  isGzipped: boolean;
}

/** Bytes read at once. */
const PIECE_BYTES = 1 << 18;
/** Gzip unpacks to at most a thousand times as much. */
const PACKED_PIECE_BYTES = 1 << 14;

/**
 * The bytes of a data file, unpacked.
 * @param start the first of them, where the file is not packed
 * @throws `signal.reason` between two pieces
 */
export async function* dataStream(
  { path, isGzipped }: Pick<DataFile, "path" | "isGzipped">,
  signal?: AbortSignal,
  start = 0,
): AsyncIterable<Uint8Array> {
  const bytes = isGzipped
    ? gunzip(createReadStream(path, { highWaterMark: PACKED_PIECE_BYTES }))
    : createReadStream(path, { highWaterMark: PIECE_BYTES, start });
  for await (const piece of bytes as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted();
    yield piece;
  }
}
