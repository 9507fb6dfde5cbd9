/**
 * How a checkpoint tensor becomes a GGUF tensor, as data: the writer applies it (`apply-transform.ts`), the verifier undoes
 * it on its own (`lib/verify`), so that neither can hide the other's mistake.
 */
export type Transform =
  /** The values as they are. */
  | { kind: "copy" }
  /**
   * Rows of every attention head reordered from two halves (value i rotates with value i + headDim/2, as transformers stores
   * them) to pairs (2i with 2i + 1), which is what llama.cpp's `LLAMA_ROPE_TYPE_NORM` rotates. Source:
   * transformers `rotate_half` in modeling_llama.py; `llama_model_rope_type` and `ggml_rope` in llama.cpp.
   */
  | { kind: "interleave-halves"; headDim: number }
  /**
   * One matrix of queries, keys and values, whose heads lie in groups (`queries` of them, a key, a value), reordered to all queries,
   * all keys, all values; with `interleaves`, the rows of queries and keys as by `interleave-halves`. Source: transformers
   * modeling_gpt_neox.py, InternLM's modeling_internlm2.py (`rearrange`); `build_qkv` in llama.cpp.
   */
  | { kind: "ungroup-heads"; groups: number; queries: number; headDim: number; interleaves: boolean }
  /** 1 + w, in float32: Gemma stores norms that way. Source: transformers `GemmaRMSNorm`. */
  | { kind: "add-one" }
  /** w · factor, in float32. */
  | { kind: "scale"; factor: number };

/** What a tensor of the GGUF is made from. */
export type TensorRule = CopiedTensor | ComputedTensor;

/** A tensor made from one tensor of the checkpoint. */
export interface CopiedTensor {
  /** Name in the GGUF. */
  name: string;
  /** Name in the checkpoint, without the prefix that all backbone tensors share. */
  source: string;
  /** Row-major, in both files. */
  shape: readonly number[];
  transform: Transform;
  /** Of experts, which the checkpoint has one by one and the GGUF in one tensor `[count, ...shape]`: which one it is. */
  part?: { index: number; count: number };
}

/** The shape of the whole tensor in the GGUF. */
export function wholeShape({ shape, part }: CopiedTensor): readonly number[] {
  return part === undefined ? shape : [part.count, ...shape];
}

/** What chooses experts: rounded, it would choose others. */
export const ROUTER = "ffn_gate_inp.weight";

/** A tensor computed from `config.json` alone. Float32, one dimension. */
export interface ComputedTensor {
  name: string;
  values: Float32Array;
}

/** Whether llama.cpp wants the tensor in float32 whatever the file's type: its code reads vectors only in that type. */
export function isAlwaysFloat32(rule: CopiedTensor): boolean {
  return rule.shape.length <= 1 || rule.transform.kind === "scale" || rule.name.endsWith(ROUTER);
}

/**
 * Values that must be converted together: all rows of an attention head or of all heads, or one value (two keep 16-bit chunks at whole words).
 */
export function granuleOf({ shape, transform }: CopiedTensor): number {
  if (transform.kind === "ungroup-heads") return (shape[0] ?? 0) * rowLength(shape);
  if (transform.kind !== "interleave-halves") return 2;
  return transform.headDim * rowLength(shape);
}

/** Values of a row: the product of all dimensions but the first. */
export function rowLength(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}
