import { InvalidArgumentError } from "../../errors.js";
import { isFloatDtype, type FloatDtype } from "../../formats/floats/float-convert.js";
import type { PlannedTensor } from "./backbone-plan.js";

/** Backbone storage types, as `--type` names them. */
export const BACKBONE_TYPES = ["f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m"] as const;
/** How a backbone's weights are stored: `f32`, `f16`, `bf16` as numbers, the others quantized by llama.cpp. */
export type BackboneType = (typeof BACKBONE_TYPES)[number];

/** Backbone types this package writes itself; the others are made from them by llama.cpp's quantizer. */
export type FloatType = "f32" | "f16" | "bf16";
export type QuantizedType = Exclude<BackboneType, FloatType>;

/** `general.file_type` by type. Source: llama.h `llama_ftype`. */
const FILE_TYPE: Readonly<Record<BackboneType, number>> = {
  f32: 0,
  f16: 1,
  q8_0: 7,
  q4_k_m: 15,
  q5_k_m: 17,
  q6_k: 18,
  bf16: 32,
};

/** Tensor dtype by type. */
export const FLOAT_DTYPE: Readonly<Record<FloatType, FloatDtype>> = { f32: "F32", f16: "F16", bf16: "BF16" };

export function isFloatType(type: BackboneType): type is FloatType {
  return type in FLOAT_DTYPE;
}

/** The number llama.cpp has for a type, `general.file_type`. */
export function fileTypeOf(type: BackboneType): number {
  return FILE_TYPE[type];
}

/** The type with a number of llama.cpp's, or undefined for one that is not ours. */
export function typeOfFile(fileType: unknown): BackboneType | undefined {
  return BACKBONE_TYPES.find((type) => FILE_TYPE[type] === Number(fileType));
}

/** A caller's type. @throws InvalidArgumentError */
export function checkBackboneType(type: unknown): BackboneType {
  const known = BACKBONE_TYPES.find((name) => name === type);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(
    `Expected ${BACKBONE_TYPES.join(", ")} or auto for type but received ${JSON.stringify(type)}.`,
  );
}

/** The checkpoint's own precision: the type most of the backbone's bytes have. */
export function ownType(tensors: readonly PlannedTensor[]): FloatType {
  const bytes: Record<FloatType, number> = { f32: 0, f16: 0, bf16: 0 };
  for (const { stored } of tensors) bytes[floatType(stored.storedDtype ?? stored.dtype)] += stored.sizeBytes;
  return (["bf16", "f16", "f32"] as const).reduce((most, type) => (bytes[type] > bytes[most] ? type : most));
}

/** The narrowest type that holds every value of the backbone exactly. */
export function losslessType(tensors: readonly PlannedTensor[]): FloatType {
  const types = new Set(
    tensors.filter(({ shape }) => shape.length > 1).map(({ stored }) => floatType(stored.dtype)),
  );
  const [only, ...others] = types;
  return only !== undefined && others.length === 0 ? only : "f32";
}

function floatType(dtype: string): FloatType {
  return isFloatDtype(dtype) ? (dtype.toLowerCase() as FloatType) : "f32";
}
