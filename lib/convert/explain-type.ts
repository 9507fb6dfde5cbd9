import type { BackboneType } from "../model/architecture/backbone-type.js";

/** CPU features with which ggml multiplies bfloat16 natively. Source: llama.cpp v0.5.0, ggml-cpu's feature list. */
const BF16_FEATURES = ["AVX512_BF16", "AMX_INT8", "BF16"];

/**
 * Why `--type auto` chose a type, and what another would give on this machine. The figures are in docs/performance.md.
 * @param features CPU features in use, as the CPU backend reports them
 * @param prefill what `listDevices` says: empty where llama.cpp's kernels compute
 * @param ownType the checkpoint's own precision
 * @example
 * ```ts
 * import { listDevices } from "llama-reward";
 * import { explainAutoType } from "llama-reward/convert";
 *
 * const { features, prefill } = listDevices();
 * console.log(explainAutoType("bf16", features, prefill));
 * ```
 */
export function explainAutoType(
  type: BackboneType,
  features: Readonly<Record<string, string>>,
  prefill = "",
  ownType = type,
): string {
  if (type !== ownType)
    return `auto chose ${type}: it holds every weight of this ${ownType} checkpoint exactly, and llama.cpp rounds less with it.`;
  const kept = `auto chose ${type}: the checkpoint's own precision, so no weight is rounded.`;
  if (type !== "bf16") return kept;
  if (prefill !== "")
    return `${kept} On this CPU it is computed in float32: rewards are as exact as the weights.`;
  const isNative = BF16_FEATURES.some((feature) => features[feature] === "1");
  return isNative
    ? `${kept} This CPU computes bf16 natively, which is fast and rounds activations to bf16; f16 is closer to the reference.`
    : `${kept} This CPU has no bf16 instructions: f16 is closer to the reference here, and seldom slower.`;
}
