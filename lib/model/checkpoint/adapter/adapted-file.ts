import { invalidCheckpoint, type StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import type { TensorReader } from "../../../formats/safetensors/tensor.js";
import { toFloat32, FLOAT_BYTES, isFloatDtype } from "../../../formats/floats/float-convert.js";
import type { WeightFile } from "../../../formats/weight-file.js";
import { WeightFileView } from "../../../formats/weight-file-view.js";
import { TimeSlice } from "../../../util/event-loop.js";
import { loadChange, type LoadedChange, type MergeRows, type TensorChange } from "./tensor-change.js";

/** What becomes of a file's tensors. */
export interface Adaptation {
  /** By the names of the file's tensors. */
  changes: ReadonlyMap<string, TensorChange>;
  /** The adapter, whose tensors the changes name. */
  adapter: TensorReader;
  merge: MergeRows;
}

/**
 * A file of weights whose changed matrices are read as what an adapter makes of them, in float32. The bytes of the file itself stay what
 * they are: `read` gives them, for checksums.
 */
export class AdaptedFile extends WeightFileView {
  override readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #sources: ReadonlyMap<string, StoredTensor>;
  /** The change that was read last: tensors are read one after the other, a stretch at a time. */
  #loaded: { name: string; change: Promise<LoadedChange> } | undefined;

  constructor(
    file: WeightFile,
    readonly adaptation: Adaptation,
  ) {
    super(file);
    this.#sources = file.tensors;
    this.tensors = new Map(
      [...file.tensors].map(([name, stored]) => [
        name,
        adaptation.changes.has(name) ? mergedTensor(stored) : stored,
      ]),
    );
  }

  override renamed(nameOf: (stored: string) => string): WeightFile {
    const { changes, ...rest } = this.adaptation;
    const renamed = new Map([...changes].map(([name, change]) => [nameOf(name), change]));
    return new AdaptedFile(this.file.renamed(nameOf), { ...rest, changes: renamed });
  }

  override async readValues<Bytes extends Uint8Array>(
    tensor: StoredTensor,
    start: number,
    target: Bytes,
  ): Promise<Bytes> {
    const change = this.adaptation.changes.get(tensor.name);
    const source = this.#sources.get(tensor.name);
    if (change === undefined || source === undefined) return this.file.readValues(tensor, start, target);
    const [rows = 0, columns = 0] = source.shape;
    const first = start / FLOAT_BYTES.F32;
    const end = first + target.length / FLOAT_BYTES.F32;
    const firstRow = Math.floor(first / columns);
    const rowCount = Math.min(rows, Math.ceil(end / columns)) - firstRow;
    const values = await this.#mergedRows(source, change, firstRow, rowCount);
    const wanted = values.subarray(first - firstRow * columns, end - firstRow * columns);
    target.set(new Uint8Array(wanted.buffer, wanted.byteOffset, wanted.byteLength));
    return target;
  }

  override async readBytes(name: string): Promise<Uint8Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined || !this.adaptation.changes.has(name)) return this.file.readBytes(name);
    return this.readValues(tensor, 0, new Uint8Array(tensor.sizeBytes));
  }

  override async readFloat32(name: string): Promise<Float32Array> {
    if (!this.adaptation.changes.has(name)) return this.file.readFloat32(name);
    return toFloat32(await this.readBytes(name), "F32");
  }

  async #mergedRows(
    source: StoredTensor,
    change: TensorChange,
    firstRow: number,
    rowCount: number,
  ): Promise<Float32Array> {
    const [, columns = 0] = source.shape;
    const dtype = requireFloat(source);
    const rowBytes = columns * FLOAT_BYTES[dtype];
    const bytes = await this.file.readValues(
      source,
      firstRow * rowBytes,
      new Uint8Array(rowCount * rowBytes),
    );
    const values = toFloat32(bytes, dtype);
    const loaded = await this.#load(source.name, change, columns);
    const slice = new TimeSlice();
    for (let row = 0; row < rowCount; row++) {
      this.adaptation.merge(values.subarray(row * columns, (row + 1) * columns), firstRow + row, loaded);
      await slice.pause();
    }
    return values;
  }

  #load(name: string, change: TensorChange, columns: number): Promise<LoadedChange> {
    if (this.#loaded?.name !== name) {
      this.#loaded = { name, change: loadChange(change, this.adaptation.adapter, columns) };
    }
    return this.#loaded.change;
  }
}

/** How a merged matrix is seen: nowhere in the file as such, so it is gathered. */
function mergedTensor(stored: StoredTensor): StoredTensor {
  const [rows = 0, columns = 0] = stored.shape;
  return {
    ...stored,
    dtype: "F32",
    storedDtype: stored.dtype,
    sizeBytes: rows * columns * FLOAT_BYTES.F32,
    strides: stored.strides ?? [columns, 1],
  };
}

function requireFloat({ name, dtype }: StoredTensor): keyof typeof FLOAT_BYTES {
  if (isFloatDtype(dtype)) return dtype;
  throw invalidCheckpoint(
    `Tensor ${name} is stored as ${dtype}, expected F32, F16 or BF16.`,
    { tensor: name, dtype },
    "Give the base model in one of these, not a quantized copy of it.",
  );
}
