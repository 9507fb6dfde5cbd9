import type { StoredTensor } from "./safetensors/safetensors-header.js";
import type { TensorReader } from "./safetensors/tensor.js";

/** An open file with tensors, whatever its format: what is streamed from one is streamed from any. Close it. */
export interface WeightFile extends TensorReader {
  /** As given, for messages and for reading the file again. */
  readonly path: string;
  readonly sizeBytes: number;
  /** By their places in the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Text that the file has beside its tensors. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The same file with other names for its tensors; it is closed with this one. */
  renamed(nameOf: (stored: string) => string): WeightFile;
  /** Fills `target` with the file's bytes from `offset` on, and returns it. */
  read<Bytes extends Uint8Array>(offset: number, target: Bytes): Promise<Bytes>;
  /**
   * Fills `target` with a tensor's values, row by row as its shape says, from byte `start` of them on, and returns it. Memory is
   * bounded, however the values lie in the file. @param target of whole values
   */
  readValues<Bytes extends Uint8Array>(tensor: StoredTensor, start: number, target: Bytes): Promise<Bytes>;
  close(): Promise<void>;
}
