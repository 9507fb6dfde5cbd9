import { fromNative } from "../native/from-native.js";
import type { NativeAddon, NativeDevice } from "../native/native-addon.js";
import { countLayers, hasOwnMemory, planLayers, type ContextSizes, type LayerPlan } from "./layer-plan.js";
import { readModelSizes, type ModelSizes } from "./model-sizes.js";
import { AUTO_CONTEXT, GPU_BATCH, GPU_KV_TYPE, type SizingOptions } from "./sizing.js";

/** One way to load a model: layers on GPUs, and the sizes of a context that fits beside them. */
export interface Attempt {
  plan: LayerPlan;
  /** Undefined: by the memory that is free after the load. */
  contextLength: number | undefined;
  maxBatch: number | undefined;
  /** Undefined when the file does not tell them. */
  sizes: ModelSizes | undefined;
}

/** What decides about an attempt, beside the model and the devices. */
export interface AttemptOptions extends SizingOptions {
  gpuLayers?: number | "auto" | undefined;
}

/** More layers than any model has: all of them. */
const ALL_LAYERS = 1000;
/** A batch and a context that are still good, when the larger ones would cost layers. */
const MODEST_BATCH = 512;
const MODEST_CONTEXT = 4096;
/** Each retry gives up this part of the layers. */
const RETRY_SHARE = 4;

/** The best that should fit. @throws ModelLoadError the file cannot be read */
export async function firstAttempt(
  addon: Pick<NativeAddon, "readOutline">,
  path: string,
  devices: readonly NativeDevice[],
  options: AttemptOptions,
): Promise<Attempt> {
  const [first] = devices;
  if (first === undefined || options.gpuLayers === 0) return onCpu(options);
  const sizes = await readSizes(addon, path);
  const { gpuLayers = "auto" } = options;
  if (sizes === undefined) {
    const layers = gpuLayers === "auto" ? ALL_LAYERS : gpuLayers;
    return { ...onCpu(options), plan: [{ device: first, layers }] };
  }
  return gpuLayers === "auto"
    ? bestAttempt(sizes, devices, options, sizes.layerBytes.length)
    : fixedAttempt(sizes, devices, options, gpuLayers);
}

async function readSizes(
  addon: Pick<NativeAddon, "readOutline">,
  path: string,
): Promise<ModelSizes | undefined> {
  try {
    return readModelSizes(await addon.readOutline({ path }));
  } catch (error) {
    throw fromNative(error);
  }
}

/** The next one to try when memory was refused: fewer layers, at last none. */
export function smallerAttempt(
  { plan, sizes }: Attempt,
  devices: readonly NativeDevice[],
  options: AttemptOptions,
): Attempt {
  if (sizes === undefined) return onCpu(options);
  const fewer = countLayers(plan) - Math.ceil(sizes.layerBytes.length / RETRY_SHARE);
  return fewer > 0 ? bestAttempt(sizes, devices, options, fewer) : onCpu(options);
}

function onCpu({ contextLength, maxBatch }: AttemptOptions): Attempt {
  return { plan: [], contextLength, maxBatch, sizes: undefined };
}

/** All layers with the sizes that suit a GPU, or with modest ones; else as many as fit with modest ones. */
function bestAttempt(
  sizes: ModelSizes,
  devices: readonly NativeDevice[],
  options: AttemptOptions,
  gpuLayers: number,
): Attempt {
  let attempt = onCpu(options);
  for (const context of contexts(sizes, options)) {
    const plan = planLayers(sizes, devices, context, gpuLayers);
    attempt = withContext(plan, context, sizes, options);
    if (countLayers(plan) === gpuLayers) break;
  }
  return attempt.plan.length > 0 ? attempt : onCpu(options);
}

/** Exactly this many layers: where they should fit, else in equal parts, because the caller knows better. */
function fixedAttempt(
  sizes: ModelSizes,
  devices: readonly NativeDevice[],
  options: AttemptOptions,
  gpuLayers: number,
): Attempt {
  const layers = Math.min(gpuLayers, sizes.layerBytes.length);
  const attempt = bestAttempt(sizes, devices, options, layers);
  if (countLayers(attempt.plan) === layers) return attempt;
  const plan = devices.slice(0, layers).map((device, index, { length }) => ({
    device,
    layers: Math.floor((layers * (index + 1)) / length) - Math.floor((layers * index) / length),
  }));
  return { plan, contextLength: options.contextLength, maxBatch: options.maxBatch, sizes };
}

function withContext(
  plan: LayerPlan,
  context: ContextSizes,
  sizes: ModelSizes,
  options: AttemptOptions,
): Attempt {
  // In shared memory the context is sized like on a CPU.
  const isPlanned = plan.every(({ device }) => hasOwnMemory(device));
  return {
    plan,
    contextLength: isPlanned ? context.contextLength : options.contextLength,
    maxBatch: context.batchSize,
    sizes,
  };
}

/** Sizes to try, best first. What the caller fixed stays. */
function contexts(
  { trainContextLength }: ModelSizes,
  { contextLength, maxBatch, kvType = GPU_KV_TYPE }: AttemptOptions,
): ContextSizes[] {
  const longest = contextLength ?? Math.min(trainContextLength, AUTO_CONTEXT);
  const modest = contextLength ?? Math.min(trainContextLength, MODEST_CONTEXT);
  const pairs = [
    [longest, maxBatch ?? GPU_BATCH],
    [longest, maxBatch ?? MODEST_BATCH],
    [modest, maxBatch ?? MODEST_BATCH],
  ] as const;
  return pairs.map(([length, batch]) => ({
    contextLength: length,
    batchSize: Math.min(batch, length),
    kvType,
  }));
}
