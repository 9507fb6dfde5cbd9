/** A piece of a template. `operator` tokens are told apart by their value, names and keywords too. */
export type Token =
  | { type: "text" | "name" | "string" | "operator"; value: string }
  | { type: "integer"; value: bigint }
  | { type: "float"; value: number }
  | { type: "variable_begin" | "variable_end" | "block_begin" | "block_end" | "end"; value: "" };
