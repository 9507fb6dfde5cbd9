import { ContextError } from "../../errors.js";
import { fromNative } from "../native/from-native.js";
import type {
  NativeAddon,
  NativeContext,
  NativeContextOptions,
  NativeDevice,
  NativeModel,
} from "../native/native-addon.js";
import { chooseDevices, type DeviceChoice } from "./device.js";
import { freeMemoryBytes } from "./free-memory.js";
import { guardWindow } from "./guarded-context.js";
import { countLayers, hasOwnMemory, type LayerPlan } from "./layer-plan.js";
import { loadModel, type ModelLoadOptions } from "./load-model.js";
import { firstAttempt, smallerAttempt, type Attempt } from "./placement-attempt.js";
import { checkSizes, chooseContextOptions, type KvType, type SizingOptions } from "./sizing.js";

/** How to load a backbone. */
export interface BackboneOptions extends SizingOptions, ModelLoadOptions {
  device?: DeviceChoice | undefined;
  /** Layers on GPUs. `auto`, the default: as many as fit. A number is tried as it is. */
  gpuLayers?: number | "auto" | undefined;
}

/** A loaded model with its context. */
export interface OpenBackbone {
  model: NativeModel;
  context: NativeContext;
  kvType: KvType;
  /** Layers on GPUs. */
  plan: LayerPlan;
  /** Why less is on the GPUs than was hoped for. */
  warnings: readonly string[];
}

/** Below this a smaller batch saves no memory worth having … */
const SMALLEST_BATCH = 64;
/** … and below this a GPU is better used by fewer layers. */
const SMALLEST_GPU_BATCH = 512;

/**
 * Loads a GGUF file and makes a context for it. When a GPU refuses memory, fewer and fewer layers are put there, in the end
 * none, unless their number was given.
 * @throws ModelLoadError, ContextError `OUT_OF_MEMORY` or `CONTEXT_FAILED`, InvalidArgumentError; `signal.reason` on abort
 */
export async function openBackbone(
  addon: NativeAddon,
  path: string,
  options: BackboneOptions,
): Promise<OpenBackbone> {
  checkSizes(options);
  const devices = chooseDevices(options.device ?? "auto", addon.devices());
  let attempt = await firstAttempt(addon, path, devices, options);
  for (;;) {
    try {
      return await open(addon, path, attempt, devices, options);
    } catch (failure) {
      const error = fromNative(failure);
      if (!isOutOfMemory(error) || !isAuto(options) || attempt.plan.length === 0) throw error;
      attempt = smallerAttempt(attempt, devices, options);
    }
  }
}

async function open(
  addon: NativeAddon,
  path: string,
  attempt: Attempt,
  devices: readonly NativeDevice[],
  options: BackboneOptions,
): Promise<OpenBackbone> {
  const model = await loadModel(addon, path, attempt.plan, options);
  let context: NativeContext | undefined;
  try {
    const { layerCount } = model.info;
    const plan = attempt.plan.map(({ device, layers }) => ({ device, layers: Math.min(layers, layerCount) }));
    const isOnGpu = plan.length > 0;
    const sized = chooseContextOptions(model.info, isOnGpu, freeBytes(addon, plan, layerCount), {
      ...options,
      contextLength: attempt.contextLength,
      maxBatch: attempt.maxBatch,
    });
    const smallest = isOnGpu && isAuto(options) ? SMALLEST_GPU_BATCH : SMALLEST_BATCH;
    context = await createContext(addon, model, sized, smallest);
    options.signal?.throwIfAborted();
    return {
      model,
      context,
      kvType: sized.kvType,
      plan,
      warnings: warningsAbout(plan, layerCount, devices, options),
    };
  } catch (error) {
    await context?.dispose();
    await model.dispose();
    throw error;
  }
}

/** What the KV cache may take. Asked after the load: what the model has taken by now is no longer free. */
function freeBytes(addon: NativeAddon, plan: LayerPlan, layerCount: number): number {
  const names = new Set(plan.map(({ device }) => device.name));
  const used = addon.devices().filter(({ name }) => names.has(name));
  if (used.length === 0 || !used.every(hasOwnMemory)) return freeMemoryBytes();
  const onGpus = used.reduce((sum, { memoryFreeBytes }) => sum + memoryFreeBytes, 0);
  return Math.max(1, countLayers(plan) < layerCount ? onGpus + freeMemoryBytes() : onGpus);
}

/** Makes a context, with smaller and smaller batches while memory for its compute buffers is short. */
async function createContext(
  addon: NativeAddon,
  model: NativeModel,
  options: NativeContextOptions,
  smallestBatch: number,
): Promise<NativeContext> {
  try {
    return guardWindow(await addon.createContext(model, options), model.info.slidingWindow);
  } catch (failure) {
    const error = fromNative(failure);
    const smaller = Math.floor(options.batchSize / 2);
    // A KV cache that is refused by its size does not get smaller with the batch.
    const isKvCache = error instanceof ContextError && "availableBytes" in error.details;
    if (!isOutOfMemory(error) || isKvCache || smaller < smallestBatch) throw error;
    const maxOutputs = Math.min(options.maxOutputs, smaller);
    const next = { ...options, batchSize: smaller, ubatchSize: smaller, maxOutputs };
    return createContext(addon, model, next, smallestBatch);
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof ContextError && error.code === "OUT_OF_MEMORY";
}

/** Whether the number of layers on GPUs is ours to choose. */
function isAuto({ gpuLayers = "auto" }: BackboneOptions): boolean {
  return gpuLayers === "auto";
}

function warningsAbout(
  plan: LayerPlan,
  layerCount: number,
  devices: readonly NativeDevice[],
  options: BackboneOptions,
): string[] {
  const placed = countLayers(plan);
  if (devices.length === 0 || !isAuto(options) || placed === layerCount) return [];
  const names = devices.map(({ name }) => name).join(", ");
  const advice = "A smaller type of the model, or a shorter context, needs less memory.";
  return [
    placed === 0
      ? `Not one layer fits into the free memory of ${names}, so everything runs on the CPU. ${advice}`
      : `Only ${placed} of ${layerCount} layers fit into the free memory of ${names}; the others run on the CPU, which is slower. ${advice}`,
  ];
}
