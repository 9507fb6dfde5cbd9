import type { NativeDevice } from "../native/native-addon.js";
import type { ModelSizes } from "./model-sizes.js";

/** Layers on one device. */
export interface DeviceLayers {
  device: NativeDevice;
  layers: number;
}

/** Sizes of the context that the layers have to share their device with. */
export interface ContextSizes {
  contextLength: number;
  batchSize: number;
  kvType: "f16" | "f32";
}

/** Layers of the transformer on GPUs, the last ones, in order; empty for none. */
export type LayerPlan = readonly DeviceLayers[];

/** Numbers of a float32 tensor. */
const FLOAT_BYTES = 4;
/** Output rows in one decode times a large vocabulary, in float32. */
const LOGIT_BYTES = 64 * 262_144 * FLOAT_BYTES;
/** Stays free on each device, as llama.cpp's own fitting does by default (`common_params::fit_params_target`, v0.5.0) … */
const RESERVE_BYTES = 1024 ** 3;
/** … but not more than this share of a small device's memory. */
const RESERVE_SHARE = 0.1;

/**
 * As many layers as the devices hold, on as few devices as it takes: the last ones, because llama.cpp places layers from the
 * output down.
 * @param gpuLayers most layers to place; default all
 */
export function planLayers(
  sizes: ModelSizes,
  devices: readonly NativeDevice[],
  context: ContextSizes,
  gpuLayers = sizes.layerBytes.length,
): LayerPlan {
  let best: LayerPlan = [];
  for (let used = 1; used <= devices.length; used++) {
    const plan = planOn(sizes, devices.slice(0, used), context, gpuLayers);
    if (countLayers(plan) > countLayers(best)) best = plan;
    if (countLayers(best) >= Math.min(gpuLayers, sizes.layerBytes.length)) break;
  }
  return best;
}

/** Layers of a plan on all its devices. */
export function countLayers(plan: LayerPlan): number {
  return plan.reduce((sum, { layers }) => sum + layers, 0);
}

/**
 * Bytes of compute buffers on one device, for flash attention, or for the exact attention of an f32 cache. Measured with
 * llama.cpp v0.5.0 on a 1B Llama shape (2,048 tokens at once: 3.5 times the feed-forward width per token; with layers left
 * on the CPU 1 to 2 weight tensors more); this is a third above that.
 * @param isPartial some layers stay on the CPU: for large batches their weights visit the device one by one
 */
export function computeBytes(sizes: ModelSizes, context: ContextSizes, isPartial: boolean): number {
  const activations = (3 * sizes.feedForwardSize + 6 * sizes.hiddenSize) * FLOAT_BYTES;
  const attention =
    context.contextLength * (context.kvType === "f32" ? (sizes.headCount + 1) * FLOAT_BYTES : FLOAT_BYTES);
  const visitors = isPartial ? 2 * sizes.largestTensorBytes : 0;
  return context.batchSize * (activations + attention) + LOGIT_BYTES + visitors;
}

/** Fills exactly these devices, the first one first. The last one takes the output layer too. */
function planOn(
  sizes: ModelSizes,
  devices: readonly NativeDevice[],
  context: ContextSizes,
  gpuLayers: number,
): LayerPlan {
  const layerCount = sizes.layerBytes.length;
  for (let wanted = Math.min(gpuLayers, layerCount); wanted > 0; wanted--) {
    const plan: DeviceLayers[] = [];
    let next = layerCount - wanted;
    for (const [index, device] of devices.entries()) {
      const output = index === devices.length - 1 ? sizes.outputBytes : 0;
      const room = roomOn(device) - computeBytes(sizes, context, wanted < layerCount) - output;
      const layers = layersThatFit(sizes, context, next, room);
      plan.push({ device, layers });
      next += layers;
    }
    if (next === layerCount && plan.every(({ layers }) => layers > 0)) return plan;
  }
  return [];
}

/** How many layers from `first` on fit into `room` bytes, with their part of the KV cache. */
function layersThatFit(sizes: ModelSizes, context: ContextSizes, first: number, room: number): number {
  const kvBytes =
    context.contextLength * sizes.kvElementsPerLayer * (context.kvType === "f32" ? FLOAT_BYTES : 2);
  let left = room;
  const rest = sizes.layerBytes.slice(first);
  const end = rest.findIndex((bytes) => {
    left -= bytes + kvBytes;
    return left < 0;
  });
  return end < 0 ? rest.length : end;
}

/** Whether the device has memory of its own, and says how much. */
export function hasOwnMemory({ kind, memoryTotalBytes }: NativeDevice): boolean {
  return kind === "gpu" && memoryTotalBytes > 0;
}

/** A device without memory of its own is taken to have room: moving layers to the CPU would not save any. */
function roomOn(device: NativeDevice): number {
  if (!hasOwnMemory(device)) return Infinity;
  return device.memoryFreeBytes - Math.min(RESERVE_BYTES, RESERVE_SHARE * device.memoryTotalBytes);
}
