import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../../util/caught.js";
import { lfsPointerMessage, readLfsPointer } from "../../util/files/lfs-pointer.js";
import { readAt } from "../read-at.js";
import { readFloats } from "../read-floats.js";
import type { WeightFile } from "../weight-file.js";
import {
  headerLength,
  invalidHead,
  LENGTH_BYTES,
  parseHeader,
  type InvalidFile,
  type StoredTensor,
} from "./safetensors-header.js";

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
export class SafetensorsFile implements WeightFile {
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

  readValues<Bytes extends Uint8Array>(tensor: StoredTensor, start: number, target: Bytes): Promise<Bytes> {
    return this.read(tensor.offset + start, target);
  }

  /** Bytes, as stored, of rows `[start, start + count)` of a tensor. @throws as {@link openSafetensors} */
  async readRows(name: string, start: number, count: number): Promise<Uint8Array> {
    const tensor = this.#tensor(name);
    const rowBytes = tensor.sizeBytes / (tensor.shape[0] ?? 1);
    return this.readValues(tensor, start * rowBytes, new Uint8Array(count * rowBytes));
  }

  async readFloat32(name: string): Promise<Float32Array> {
    return readFloats(this, this.#tensor(name), this.#invalid);
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
