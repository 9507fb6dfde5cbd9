import type { BackboneType } from "../architecture/backbone-type.js";
import { FLOAT_DTYPE, isFloatType, type QuantizedType } from "../architecture/backbone-type.js";
import { GGML_TYPES, type GgmlTypeName } from "../../formats/gguf/gguf-types.js";

/**
 * Types that llama.cpp's quantizer gives matrices. Source: llama.cpp v0.5.0 src/llama-quant.cpp, `llama_tensor_get_type_impl` for
 * decoders: the type's own, more bits for some layers' values and down projections, for fused projections and,
 * since there is no output matrix, for the token embedding.
 */
const QUANTIZED: Readonly<Record<QuantizedType, readonly GgmlTypeName[]>> = {
  q8_0: ["Q8_0"],
  q6_k: ["Q6_K"],
  q5_k_m: ["Q5_K", "Q6_K"],
  q4_k_m: ["Q4_K", "Q5_K", "Q6_K"],
};
/** What `tensor_type_fallback` takes for rows that blocks of 256 do not fill. */
const FALLBACK: Partial<Record<GgmlTypeName, GgmlTypeName>> = { Q4_K: "Q5_0", Q5_K: "Q5_1", Q6_K: "Q8_0" };

/** More bits for keys and values where there are eight experts. */
const WITH_EXPERTS: readonly GgmlTypeName[] = ["Q8_0", "Q5_K"];

/** What `quantize --max-error` leaves matrices in that matter more than others. */
const KEPT: readonly GgmlTypeName[] = ["F16", "BF16"];

/** The types a tensor of a backbone may have. @param columns length of its rows @param hasExperts whether the model has */
export function allowedTypes(
  type: BackboneType,
  dimensions: number,
  columns: number,
  hasExperts = false,
): readonly GgmlTypeName[] {
  if (dimensions < 2) return ["F32"];
  // Matrices that are scaled on the way stay in float32.
  if (isFloatType(type)) return [FLOAT_DTYPE[type], "F32"];
  const quantized = [...QUANTIZED[type], ...(hasExperts ? WITH_EXPERTS : [])].map((wanted) => {
    if (columns % GGML_TYPES[wanted].blockSize === 0) return wanted;
    const fallback = FALLBACK[wanted] ?? wanted;
    return columns % GGML_TYPES[fallback].blockSize === 0 ? fallback : "F16";
  });
  return [...quantized, ...KEPT];
}
