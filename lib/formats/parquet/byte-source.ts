import { dataStream, type DataFile } from "../data-stream.js";
import { open } from "node:fs/promises";
import { demand } from "./unreadable.js";

/** Bytes of a packed file that are unpacked in memory, where a reader has to jump to and fro. */
export const LARGEST_UNPACKED_BYTES = 1 << 30;

/** A file that is read here and there. */
export interface ByteSource {
  readonly length: number;
  /** @throws ParquetProblem the file ends before the bytes do */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** @throws ParquetProblem a packed file unpacks to too much */
export async function openByteSource(file: DataFile, signal?: AbortSignal): Promise<ByteSource> {
  return file.isGzipped ? unpackedSource(file, signal) : fileSource(file.path);
}

async function fileSource(path: string): Promise<ByteSource> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return {
      length: size,
      read: async (start, end) => {
        demandRange(start, end, size);
        const bytes = Buffer.allocUnsafe(end - start);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        demand(bytesRead === bytes.length, "the file ends early");
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function unpackedSource(file: DataFile, signal: AbortSignal | undefined): Promise<ByteSource> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of dataStream(file, signal)) {
    chunks.push(chunk);
    length += chunk.length;
    demand(
      length <= LARGEST_UNPACKED_BYTES,
      `it unpacks to more than ${LARGEST_UNPACKED_BYTES} bytes; unpack it first`,
    );
  }
  const bytes = Buffer.concat(chunks);
  return {
    length,
    read: (start, end) => {
      demandRange(start, end, length);
      return Promise.resolve(bytes.subarray(start, end));
    },
    close: () => Promise.resolve(),
  };
}

function demandRange(start: number, end: number, length: number): void {
  demand(start >= 0 && start <= end && end <= length, `bytes ${start} to ${end} lie outside of the file`);
}
