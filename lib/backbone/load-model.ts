import { fromNative } from "../errors.js";
import type { NativeAddon, NativeModel } from "../native/types.js";
import type { HiddenOptions } from "./context.js";
import { countLayers, type LayerPlan } from "./layer-plan.js";

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
  { signal, onProgress }: HiddenOptions,
): Promise<NativeModel> {
  signal?.throwIfAborted();
  const load = addon.loadModel({
    path,
    gpuLayers: countLayers(plan),
    devices: plan.map(({ device }) => device.name),
    useMmap: true,
    ...(plan.length > 1 && { deviceLayers: Int32Array.from(plan, ({ layers }) => layers) }),
  });
  let failure: unknown;
  const cancel = (): void => {
    load.cancel();
  };
  const timer = setInterval(() => {
    try {
      onProgress?.({ phase: "load", done: load.progress(), total: 1 });
    } catch (error) {
      failure = error;
      cancel();
    }
  }, POLL_MS);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    const model = await load.result;
    signal?.throwIfAborted();
    onProgress?.({ phase: "load", done: 1, total: 1 });
    return model;
  } catch (error) {
    signal?.throwIfAborted();
    throw failure === undefined ? fromNative(error) : failure;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
