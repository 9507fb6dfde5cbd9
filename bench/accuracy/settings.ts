import type { BackboneType } from "../../lib/model/architecture/backbone-type.js";
import type { KvType } from "../../lib/score/backbone/sizing.js";
import type { BenchOptions, InstructionSet } from "../../lib/cli/arguments/bench-options.js";

/** A way to compute rewards. */
export interface AccuracySetting {
  type: BackboneType;
  /** What stands in the table. */
  name: string;
  load: { device: BenchOptions["device"]; kvType?: KvType; prefill?: "off"; precision?: "fast" };
  /** What the process is held to; whatever the processor has unless told. */
  instructions?: InstructionSet;
}

type Way = Omit<AccuracySetting, "type" | "load"> & { load?: Omit<AccuracySetting["load"], "device"> };

const TYPES: readonly BackboneType[] = ["f32", "f16", "bf16", "q8_0", "q6_k", "q4_k_m"];

/** What a CPU may be told: other caches, llama.cpp's own kernels, products in bfloat16, older processors. */
const ON_CPU: readonly Way[] = [
  { name: "f16 cache", load: { kvType: "f16" } },
  { name: "fast", load: { precision: "fast" } },
  { name: "AVX-512 without BF16", instructions: "avx512" },
  { name: "AVX2", instructions: "avx2" },
  { name: "llama.cpp's kernels", load: { prefill: "off" } },
  { name: "llama.cpp's kernels, f16 cache", load: { prefill: "off", kvType: "f16" } },
];
const ON_GPU: readonly Way[] = [{ name: "f32 cache", load: { kvType: "f32" } }];

/** Every type with the defaults, then in each other way that its device has. */
export function accuracySettings(device: BenchOptions["device"]): AccuracySetting[] {
  const ways: readonly Way[] = [{ name: "defaults" }, ...(device === "cpu" ? ON_CPU : ON_GPU)];
  return ways.flatMap(({ name, load, ...way }) =>
    TYPES.map((type) => ({ ...way, type, name: `${type}, ${name}`, load: { device, ...load } })),
  );
}
