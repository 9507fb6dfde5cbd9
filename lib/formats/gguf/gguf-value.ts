/** A GGUF metadata value with its storage type. Source: ggml/include/gguf.h. */
export type GgufValue =
  | { type: "u32" | "i32" | "f32"; value: number }
  | { type: "u64"; value: bigint }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "array"; of: "i32" | "f32"; values: readonly number[] | Int32Array | Float32Array }
  | { type: "array"; of: "string"; values: readonly string[] }
  | { type: "array"; of: "bool"; values: readonly boolean[] };

/** Metadata in the order it is written, which is part of byte-identical conversion. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Names of value types by their number. Source: ggml/include/gguf.h. */
export const VALUE_TYPES = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "f32",
  "bool",
  "string",
  "array",
  "u64",
  "i64",
  "f64",
] as const;

/** How a value of the metadata is stored. */
export type ValueType = (typeof VALUE_TYPES)[number];
