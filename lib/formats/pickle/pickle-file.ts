import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { CheckpointError } from "../../errors.js";
import { fileError } from "../../util/caught.js";
import { lfsPointerMessage, readLfsPointer } from "../../util/files/lfs-pointer.js";
import { readAt } from "../read-at.js";
import { readFloats } from "../read-floats.js";
import { DTYPE_BYTES, invalidCheckpoint, type StoredTensor } from "../safetensors/safetensors-header.js";
import type { WeightFile } from "../weight-file.js";
import { gather } from "./gather.js";
import type { PickleSource, SavedFile } from "./source.js";
import { readTorchLegacy } from "./torch-legacy.js";
import { readTorchZip } from "./torch-zip.js";

/** First bytes of a zip archive with records. Source: APPNOTE.TXT 6.3.10, 4.3.7. */
const ZIP_START = "PK\u0003\u0004";
/** Where a tar archive says that it is one. Source: POSIX.1-2017 pax, ustar interchange format. */
const TAR_MAGIC = { offset: 257, text: "ustar" };

/**
 * Opens a file that `torch.save` wrote, in either of its formats, and lists its tensors. The pickle in it is read as data: it can
 * name what is on a short list, everything else is refused by name, and no code is run.
 * @throws FileError `FILE_FAILED` when it cannot be read; CheckpointError `CHECKPOINT_INVALID` when damaged,
 * `CHECKPOINT_UNSUPPORTED` for what is more, or other, than plain tensors by name
 */
export async function openPickle(file: string): Promise<PickleFile> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw fileError("open", file, cause);
  });
  try {
    const name = path.basename(file);
    const stats = await handle.stat();
    if (!stats.isFile()) throw invalidCheckpoint(`${name} is no file.`, { file });
    const pointer = await readLfsPointer(file);
    if (pointer !== undefined) throw invalidCheckpoint(lfsPointerMessage(name, pointer), { file }, "");
    const source = { handle, name, sizeBytes: stats.size };
    const saved = await readSaved(source);
    return new PickleFile(file, stats.size, inFileOrder(saved), handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readSaved(source: PickleSource): Promise<SavedFile> {
  const { handle, name, sizeBytes } = source;
  const start = new Uint8Array(Math.min(sizeBytes, TAR_MAGIC.offset + TAR_MAGIC.text.length));
  const text = Buffer.from(await readAt(handle, name, 0, start, invalidCheckpoint)).toString("latin1");
  if (text.startsWith(ZIP_START)) return readTorchZip(source);
  if (text.slice(TAR_MAGIC.offset) === TAR_MAGIC.text) {
    throw new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      `${name} is a tar archive, as the first versions of PyTorch wrote. Load and save it with one that still reads it.`,
      { details: { file: name } },
    );
  }
  return readTorchLegacy(source);
}

/** Tensors by their first byte; one that holds another begins first. */
function inFileOrder({ tensors, storageOffsets }: SavedFile): StoredTensor[] {
  const stored = [...tensors].map(([name, tensor]): StoredTensor => {
    const { dtype, shape, strides, sizeBytes } = tensor;
    const offset = (storageOffsets.get(tensor.storage.key) ?? 0) + tensor.offset;
    return { name, dtype, shape, sizeBytes, offset, ...(isDense(shape, strides) ? {} : { strides }) };
  });
  return stored.sort(
    (a, b) => a.offset - b.offset || b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1),
  );
}

/** Whether values lie row by row without gaps. Axes of one index have no next one. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size > 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** An open file of `torch.save`: its pickle is checked, its values are read when asked for. Close it. */
export class PickleFile implements WeightFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string> = new Map();
  readonly #handle: FileHandle;

  /** Made by {@link openPickle}. */
  constructor(
    readonly path: string,
    readonly sizeBytes: number,
    tensors: readonly StoredTensor[],
    handle: FileHandle,
  ) {
    this.#handle = handle;
    this.tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  renamed(nameOf: (stored: string) => string): PickleFile {
    const tensors = [...this.tensors.values()].map((tensor) => ({ ...tensor, name: nameOf(tensor.name) }));
    return new PickleFile(this.path, this.sizeBytes, tensors, this.#handle);
  }

  read<Bytes extends Uint8Array>(offset: number, target: Bytes): Promise<Bytes> {
    return readAt(this.#handle, path.basename(this.path), offset, target, invalidCheckpoint);
  }

  async readValues<Bytes extends Uint8Array>(
    { dtype, shape, strides, offset }: StoredTensor,
    start: number,
    target: Bytes,
  ): Promise<Bytes> {
    if (strides === undefined) return this.read(offset + start, target);
    const valueBytes = DTYPE_BYTES[dtype];
    await gather({ offset, valueBytes, shape, strides }, start / valueBytes, target, (at, bytes) =>
      this.read(at, bytes),
    );
    return target;
  }

  async readBytes(name: string): Promise<Uint8Array> {
    const tensor = this.#tensor(name);
    return this.readValues(tensor, 0, new Uint8Array(tensor.sizeBytes));
  }

  async readFloat32(name: string): Promise<Float32Array> {
    return readFloats(this, this.#tensor(name), invalidCheckpoint);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #tensor(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw invalidCheckpoint(`${path.basename(this.path)} has no tensor ${name}.`, {
      file: this.path,
      tensor: name,
    });
  }
}
