import type { FloatDtype } from "../floats/float-convert.js";

/** Storage of one GGUF tensor type. */
export interface GgmlType {
  name: string;
  /** Number in the file. */
  id: number;
  /** Values that share scales. Rows are a multiple of it. */
  blockSize: number;
  blockBytes: number;
}

/** The tensor types llama.cpp's quantizer gives for our `--type`s. Source: ggml.h `ggml_type`, ggml-common.h `block_*`. */
export const GGML_TYPES = {
  F32: { name: "F32", id: 0, blockSize: 1, blockBytes: 4 },
  F16: { name: "F16", id: 1, blockSize: 1, blockBytes: 2 },
  Q5_0: { name: "Q5_0", id: 6, blockSize: 32, blockBytes: 22 },
  Q5_1: { name: "Q5_1", id: 7, blockSize: 32, blockBytes: 24 },
  Q8_0: { name: "Q8_0", id: 8, blockSize: 32, blockBytes: 34 },
  Q4_K: { name: "Q4_K", id: 12, blockSize: 256, blockBytes: 144 },
  Q5_K: { name: "Q5_K", id: 13, blockSize: 256, blockBytes: 176 },
  Q6_K: { name: "Q6_K", id: 14, blockSize: 256, blockBytes: 210 },
  BF16: { name: "BF16", id: 30, blockSize: 1, blockBytes: 2 },
} as const satisfies Record<string, GgmlType>;

/** A tensor type this package can read back. */
export type GgmlTypeName = keyof typeof GGML_TYPES;

/** The type with a number of ggml's, or undefined for one this package does not read. */
export function ggmlTypeById(id: number): GgmlTypeName | undefined {
  return (Object.keys(GGML_TYPES) as GgmlTypeName[]).find((name) => GGML_TYPES[name].id === id);
}

/** Whether values of the type are plain floats. */
export function isPlainFloat(name: GgmlTypeName): name is FloatDtype {
  return GGML_TYPES[name].blockSize === 1;
}
