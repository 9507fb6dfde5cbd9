import { fromNative } from "../native/from-native.js";
import type { NativeAddon, NativeModel } from "../native/native-addon.js";
import type { HiddenOptions } from "./context.js";
import { countLayers, type LayerPlan } from "./layer-plan.js";

/** How to load a model, beside its place. */
export interface ModelLoadOptions extends HiddenOptions {
  /**
   * `auto`, the default: with every layer on the CPU, the addon's own kernels compute products and attention in float32, where they
   * run. `off`: llama.cpp's do.
   */
  prefill?: "auto" | "off" | undefined;
  /** `fast`: those kernels multiply numbers rounded to bfloat16, where the processor does that faster. Default `exact`. */
  precision?: "exact" | "fast" | undefined;
}

/** How often the load's progress is read. */
const POLL_MS = 100;

/**
 * Loads a GGUF file, with the layers of the plan on its devices and the others on the CPU.
 * @throws ModelLoadError, ContextError `OUT_OF_MEMORY`; `signal.reason` on abort
 */
export async function loadModel(
  addon: NativeAddon,
  path: string,
  plan: LayerPlan,
  { signal, onProgress, prefill = "auto", precision = "exact" }: ModelLoadOptions,
): Promise<NativeModel> {
  signal?.throwIfAborted();
  const load = addon.loadModel({
    path,
    gpuLayers: countLayers(plan),
    devices: plan.map(({ device }) => device.name),
    useMmap: true,
    prefill: prefill === "auto",
    fast: precision === "fast",
    ...(plan.length > 1 && { deviceLayers: Int32Array.from(plan, ({ layers }) => layers) }),
  });
  // Aborted when the callback throws, too.
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const cancel = (): void => {
    load.cancel();
  };
  stopped.addEventListener("abort", cancel, { once: true });
  const timer = setInterval(() => {
    try {
      onProgress?.({ phase: "load", unit: "share", done: load.progress(), total: 1 });
    } catch (error) {
      stop.abort(error);
    }
  }, POLL_MS);
  let model: NativeModel | undefined;
  try {
    model = await load.result;
    stopped.throwIfAborted();
    onProgress?.({ phase: "load", unit: "share", done: 1, total: 1 });
    return model;
  } catch (error) {
    await model?.dispose();
    stopped.throwIfAborted();
    throw fromNative(error);
  } finally {
    clearInterval(timer);
    stopped.removeEventListener("abort", cancel);
  }
}
