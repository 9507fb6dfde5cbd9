/** Where a model runs, for display. */
export interface Placement {
  /** llama.cpp's name of the device, `CPU` or e.g. `CUDA0`; of several with layers on them, `CUDA0 + CUDA1`. */
  device: string;
  /** Layers of the backbone on GPUs; the others are on the CPU. */
  gpuLayers: number;
  layerCount: number;
  /** Why less is on a GPU than was hoped for, in whole sentences. Usually empty. */
  warnings: readonly string[];
  threads: number;
  contextLength: number;
  kvType: "f32" | "f16";
  /** Whether the addon's own kernels compute products and attention. */
  isPrefilled: boolean;
  /** What they multiply: `exact`, float32 or what comes to about the same; `fast`, bfloat16. `exact` without them. */
  precision: "exact" | "fast";
}

/** Kinds of the devices that hold layers, without their numbers. */
export function deviceKinds({ device, gpuLayers, layerCount }: Placement): string {
  const kinds = device.split(" + ").map((name) => name.replace(/\d+$/, ""));
  if (gpuLayers < layerCount) kinds.push("CPU");
  return [...new Set(kinds)].sort().join(" + ");
}
