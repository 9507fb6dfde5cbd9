import type { BackboneType } from "../../lib/model/architecture/backbone-type.js";
import type { KvType } from "../../lib/score/backbone/sizing.js";
import type { BenchOptions } from "../../lib/cli/commands/bench.js";

/** A way to compute rewards. */
export interface AccuracySetting {
  type: BackboneType;
  /** What stands in the table. */
  name: string;
  load: { device: BenchOptions["device"]; kvType?: KvType; prefill?: "off" };
}

const TYPES: readonly BackboneType[] = ["f32", "f16", "bf16", "q8_0", "q6_k", "q4_k_m"];

/** Every type with the defaults; then, where a CPU computes, with llama.cpp's own kernels, and the other cache. */
export function accuracySettings(device: BenchOptions["device"]): AccuracySetting[] {
  const others: { name: string; load: Omit<AccuracySetting["load"], "device"> }[] =
    device === "cpu"
      ? [
          { name: "llama.cpp's kernels", load: { prefill: "off" } },
          { name: "llama.cpp's kernels, f16 cache", load: { prefill: "off", kvType: "f16" } },
        ]
      : [{ name: "f32 cache", load: { kvType: "f32" } }];
  return TYPES.flatMap((type) =>
    [{ name: "defaults", load: {} }, ...others].map(({ name, load }) => ({
      type,
      name: `${type}, ${name}`,
      load: { device, ...load },
    })),
  );
}
