import type { StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../../formats/weight-file.js";

/** A file of weights of which only some tensors are seen, by other names. All its bytes are read. */
export class OnlyTensors implements WeightFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #stored: ReadonlyMap<string, string>;

  /** @param names new name by stored name */
  constructor(
    readonly file: WeightFile,
    readonly names: ReadonlyMap<string, string>,
  ) {
    const seen = [...file.tensors].flatMap(([stored, tensor]) => {
      const name = names.get(stored);
      return name === undefined ? [] : [[name, { ...tensor, name }] as const];
    });
    this.tensors = new Map(seen);
    this.#stored = new Map([...names].map(([stored, name]) => [name, stored]));
  }

  get path(): string {
    return this.file.path;
  }

  get sizeBytes(): number {
    return this.file.sizeBytes;
  }

  get metadata(): ReadonlyMap<string, string> {
    return this.file.metadata;
  }

  renamed(nameOf: (stored: string) => string): WeightFile {
    return new OnlyTensors(
      this.file,
      new Map([...this.names].map(([stored, name]) => [stored, nameOf(name)])),
    );
  }

  read<Bytes extends Uint8Array>(offset: number, target: Bytes): Promise<Bytes> {
    return this.file.read(offset, target);
  }

  readValues<Bytes extends Uint8Array>(tensor: StoredTensor, start: number, target: Bytes): Promise<Bytes> {
    return this.file.readValues({ ...tensor, name: this.#storedName(tensor.name) }, start, target);
  }

  readBytes(name: string): Promise<Uint8Array> {
    return this.file.readBytes(this.#storedName(name));
  }

  readFloat32(name: string): Promise<Float32Array> {
    return this.file.readFloat32(this.#storedName(name));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  #storedName(name: string): string {
    return this.#stored.get(name) ?? name;
  }
}
