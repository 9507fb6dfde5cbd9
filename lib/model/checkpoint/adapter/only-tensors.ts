import type { StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../../formats/weight-file.js";
import { WeightFileView } from "../../../formats/weight-file-view.js";

/** A file of weights of which only some tensors are seen, by other names. All its bytes are read. */
export class OnlyTensors extends WeightFileView {
  override readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #stored: ReadonlyMap<string, string>;

  /** @param names new name by stored name */
  constructor(
    file: WeightFile,
    readonly names: ReadonlyMap<string, string>,
  ) {
    super(file);
    const seen = [...file.tensors].flatMap(([stored, tensor]) => {
      const name = names.get(stored);
      return name === undefined ? [] : [[name, { ...tensor, name }] as const];
    });
    this.tensors = new Map(seen);
    this.#stored = new Map([...names].map(([stored, name]) => [name, stored]));
  }

  override renamed(nameOf: (stored: string) => string): WeightFile {
    return new OnlyTensors(
      this.file,
      new Map([...this.names].map(([stored, name]) => [stored, nameOf(name)])),
    );
  }

  override readValues<Bytes extends Uint8Array>(
    tensor: StoredTensor,
    start: number,
    target: Bytes,
  ): Promise<Bytes> {
    return this.file.readValues({ ...tensor, name: this.#storedName(tensor.name) }, start, target);
  }

  override readBytes(name: string): Promise<Uint8Array> {
    return this.file.readBytes(this.#storedName(name));
  }

  override readFloat32(name: string): Promise<Float32Array> {
    return this.file.readFloat32(this.#storedName(name));
  }

  #storedName(name: string): string {
    return this.#stored.get(name) ?? name;
  }
}
