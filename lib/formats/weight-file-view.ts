import type { StoredTensor } from "./safetensors/safetensors-header.js";
import type { WeightFile } from "./weight-file.js";

/** A file of weights seen otherwise: its tensors are others, its bytes stay what they are, for checksums. */
export abstract class WeightFileView implements WeightFile {
  abstract readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly file: WeightFile;

  constructor(file: WeightFile) {
    this.file = file;
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

  abstract renamed(nameOf: (stored: string) => string): WeightFile;

  read<Bytes extends Uint8Array>(offset: number, target: Bytes): Promise<Bytes> {
    return this.file.read(offset, target);
  }

  abstract readValues<Bytes extends Uint8Array>(
    tensor: StoredTensor,
    start: number,
    target: Bytes,
  ): Promise<Bytes>;

  abstract readBytes(name: string): Promise<Uint8Array>;

  abstract readFloat32(name: string): Promise<Float32Array>;

  close(): Promise<void> {
    return this.file.close();
  }
}
