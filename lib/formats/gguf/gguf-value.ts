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
