import type { BackboneType } from "./backbone-type.js";
import type { GgufMetadata } from "../../formats/gguf/gguf-value.js";
import type { BackbonePlan } from "./backbone-plan.js";
import { fileTypeOf } from "./backbone-type.js";

/** All metadata of a backbone's GGUF, in the order it is written. */
export function backboneMetadata(
  plan: BackbonePlan,
  tokenizer: GgufMetadata,
  type: BackboneType,
): GgufMetadata {
  return new Map([
    ...plan.metadata,
    ["general.file_type", { type: "u32", value: fileTypeOf(type) }],
    ...tokenizer,
  ]);
}
