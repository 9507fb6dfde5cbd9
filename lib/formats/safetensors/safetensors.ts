import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../../util/caught.js";
import { lfsPointerMessage, readLfsPointer } from "../../util/files/lfs-pointer.js";
import { convertFloats, FLOAT_BYTES, isFloatDtype } from "../floats/float-convert.js";
import {
  headerLength,
  invalidHead,
  LENGTH_BYTES,
  parseHeader,
  type InvalidFile,
  type StoredTensor,
} from "./safetensors-header.js";
import type { TensorReader } from "./tensor.js";

/** Values converted at once by {@link SafetensorsFile.readFloat32}: about a millisecond. */
const VALUES_PER_SLICE = 1 << 19;

/**
 * Opens a file and checks its header against its size.
 * @param invalid makes the error for a damaged file; without it, the file is the head of a model folder
 * @throws FileError `FILE_FAILED` when it cannot be read; HeadLoadError `HEAD_INVALID` (or what `invalid` makes) when damaged;
 * CheckpointError `CHECKPOINT_UNSUPPORTED` for an unknown element type
 */
export async function openSafetensors(
  file: string,
  invalid: InvalidFile = invalidHead,
): Promise<SafetensorsFile> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw fileError("open", file, cause);
  });
  try {
    const name = path.basename(file);
    const stats = await handle.stat();
    if (!stats.isFile()) throw invalid(`${name} is no file.`, { file });
    const { size } = stats;
    const pointer = await readLfsPointer(file);
    if (pointer !== undefined) throw invalid(lfsPointerMessage(name, pointer), { file }, "");
    const start = await readAt(handle, name, 0, new Uint8Array(Math.min(LENGTH_BYTES, size)), invalid);
    const length = headerLength(name, start, size, invalid);
    const json = await readAt(handle, name, LENGTH_BYTES, new Uint8Array(length), invalid);
    const { tensors, metadata } = parseHeader(name, json, size, invalid);
    return new SafetensorsFile(file, size, LENGTH_BYTES + length, tensors, metadata, handle, invalid);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** An open safetensors file: its header is checked, its data read when asked for. Close it. */
export class SafetensorsFile implements TensorReader {
  /** In the order of their bytes, which cover the file from {@link dataStart} to its end. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #handle: FileHandle;
  readonly #invalid: InvalidFile;

  /** Made by {@link openSafetensors}. */
  constructor(
    /** As given, for messages and for reading the file again. */
    readonly path: string,
    readonly sizeBytes: number,
    readonly dataStart: number,
    tensors: readonly StoredTensor[],
    /** The header's `__metadata__`. */
    readonly metadata: ReadonlyMap<string, string>,
    handle: FileHandle,
    invalid: InvalidFile,
  ) {
    this.#handle = handle;
    this.#invalid = invalid;

    this.tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  /** The same file with other names for its tensors; it is closed with this one. */
  renamed(nameOf: (stored: string) => string): SafetensorsFile {
    const tensors = [...this.tensors.values()].map((tensor) => ({ ...tensor, name: nameOf(tensor.name) }));
    const { path: file, sizeBytes, dataStart, metadata } = this;
    return new SafetensorsFile(file, sizeBytes, dataStart, tensors, metadata, this.#handle, this.#invalid);
  }

  /** Fills `target` with the file's bytes from `offset` on, and returns it. @throws as {@link openSafetensors} */
  read<Bytes extends Uint8Array>(offset: number, target: Bytes): Promise<Bytes> {
    return readAt(this.#handle, path.basename(this.path), offset, target, this.#invalid);
  }

  async readBytes(name: string): Promise<Uint8Array> {
    const tensor = this.#tensor(name);
    return this.read(tensor.offset, new Uint8Array(tensor.sizeBytes));
  }

  /** Converts slice by slice: beside the result only one slice is in memory, and none holds the event loop for long. */
  async readFloat32(name: string): Promise<Float32Array> {
    const { dtype, offset, sizeBytes } = this.#tensor(name);
    if (!isFloatDtype(dtype) && dtype !== "F64") {
      throw this.#invalid(
        `${path.basename(this.path)}: tensor ${name} is ${dtype}, expected floating-point numbers.`,
        { file: this.path, tensor: name, dtype },
      );
    }
    const valueBytes = dtype === "F64" ? Float64Array.BYTES_PER_ELEMENT : FLOAT_BYTES[dtype];
    const values = new Float32Array(sizeBytes / valueBytes);
    const slice = new Uint8Array(Math.min(sizeBytes, VALUES_PER_SLICE * valueBytes));
    for (let start = 0; start < values.length; start += VALUES_PER_SLICE) {
      const target = values.subarray(start, start + VALUES_PER_SLICE);
      const bytes = slice.subarray(0, target.length * valueBytes);
      await this.read(offset + start * valueBytes, bytes);
      if (dtype === "F64") target.set(new Float64Array(bytes.buffer, 0, target.length));
      else
        convertFloats(
          bytes,
          dtype,
          new Uint8Array(target.buffer, target.byteOffset, target.byteLength),
          "F32",
        );
    }
    return values;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #tensor(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw this.#invalid(`${path.basename(this.path)} has no tensor ${name}.`, {
      file: this.path,
      tensor: name,
    });
  }
}

async function readAt<Bytes extends Uint8Array>(
  handle: FileHandle,
  file: string,
  offset: number,
  target: Bytes,
  invalid: InvalidFile,
): Promise<Bytes> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle
      .read(target, done, target.length - done, offset + done)
      .catch((cause: unknown) => {
        throw fileError("read", file, cause);
      });
    if (bytesRead === 0) {
      throw invalid(`${file} ends at byte ${offset + done}, expected ${offset + target.length}.`, { file });
    }
    done += bytesRead;
  }
  return target;
}
