import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  computeBytes,
  countLayers,
  planLayers,
  type ContextSizes,
} from "../../../lib/score/backbone/layer-plan.js";
import { readModelSizes, type ModelSizes } from "../../../lib/score/backbone/model-sizes.js";
import type { NativeDevice } from "../../../lib/score/native/native-addon.js";

const GIB = 1024 ** 3;

/** Llama 3.1 8B in f16: sizes from its published config. */
const LLAMA_8B: ModelSizes = {
  layerBytes: Array.from({ length: 32 }, () => 218_112_000 * 2),
  outputBytes: 128_256 * 4096 * 2,
  largestTensorBytes: 4096 * 14_336 * 2,
  kvElementsPerLayer: 8 * (128 + 128),
  hiddenSize: 4096,
  feedForwardSize: 14_336,
  headCount: 32,
  trainContextLength: 131_072,
};
const CONTEXT: ContextSizes = { contextLength: 8192, batchSize: 2048, kvType: "f16" };

const gpu = (name: string, gib: number): NativeDevice => ({
  name,
  description: name,
  backend: "CUDA",
  kind: "gpu",
  memoryTotalBytes: gib * GIB,
  memoryFreeBytes: gib * GIB,
});

const shape = (plan: ReturnType<typeof planLayers>): [string, number][] =>
  plan.map(({ device, layers }) => [device.name, layers]);

describe("planLayers", () => {
  it("puts everything on one GPU that holds it, whatever others there are", () => {
    expect(shape(planLayers(LLAMA_8B, [gpu("A", 24), gpu("B", 24)], CONTEXT))).toEqual([["A", 32]]);
  });

  it("splits over as many GPUs as it takes", () => {
    const plan = planLayers(LLAMA_8B, [gpu("A", 12), gpu("B", 12), gpu("C", 12)], CONTEXT);
    expect(plan.map(({ device }) => device.name)).toEqual(["A", "B"]);
    expect(countLayers(plan)).toBe(32);
  });

  it("leaves the layers that do not fit to the CPU", () => {
    const [placed] = planLayers(LLAMA_8B, [gpu("A", 8)], CONTEXT);
    // 8 GiB less a tenth, 1 GiB of output matrix and about 1 GiB of buffers leave 5 GiB, at 448 MiB a layer.
    expect(placed?.layers).toBeGreaterThan(8);
    expect(placed?.layers).toBeLessThan(13);
  });

  it("places nothing where not one layer fits, and skips GPUs of a list that hold none", () => {
    expect(planLayers(LLAMA_8B, [gpu("A", 1)], CONTEXT)).toEqual([]);
    expect(planLayers(LLAMA_8B, [], CONTEXT)).toEqual([]);
  });

  it("takes a longer context and an f32 cache into account", () => {
    const layers = (context: Partial<ContextSizes>): number =>
      countLayers(planLayers(LLAMA_8B, [gpu("A", 12)], { ...CONTEXT, ...context }));
    expect(layers({ contextLength: 32_768 })).toBeLessThan(layers({}));
    expect(layers({ kvType: "f32" })).toBeLessThan(layers({}));
    expect(layers({ batchSize: 512 })).toBeGreaterThan(layers({}));
  });

  it("places no more layers than asked for", () => {
    expect(countLayers(planLayers(LLAMA_8B, [gpu("A", 24)], CONTEXT, 5))).toBe(5);
  });

  it("trusts a device that shares the system's memory, or does not tell how much it has", () => {
    for (const device of [
      { ...gpu("A", 1), kind: "integrated-gpu" as const },
      { ...gpu("A", 0), memoryTotalBytes: 0 },
    ]) {
      expect(shape(planLayers(LLAMA_8B, [device], CONTEXT))).toEqual([["A", 32]]);
    }
  });

  it("never asks more of a device than it has, for any model and devices", () => {
    const sizes = fc.record({
      layerBytes: fc.array(fc.integer({ min: 1e6, max: 2e9 }), { minLength: 1, maxLength: 80 }),
      outputBytes: fc.integer({ min: 0, max: 3e9 }),
      largestTensorBytes: fc.integer({ min: 1e5, max: 2e9 }),
      kvElementsPerLayer: fc.integer({ min: 16, max: 20_000 }),
      hiddenSize: fc.integer({ min: 64, max: 8192 }),
      feedForwardSize: fc.integer({ min: 64, max: 28_672 }),
      headCount: fc.integer({ min: 1, max: 64 }),
      trainContextLength: fc.constant(8192),
    });
    const devices = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        sizes,
        devices,
        fc.constantFrom("f16" as const, "f32" as const),
        (model, memory, kvType) => {
          const context = { ...CONTEXT, kvType };
          const plan = planLayers(
            model,
            memory.map((gib, index) => gpu(`GPU${index}`, gib)),
            context,
          );
          const placed = countLayers(plan);
          let next = model.layerBytes.length - placed;
          for (const [index, { device, layers }] of plan.entries()) {
            const kv = 8192 * model.kvElementsPerLayer * (kvType === "f32" ? 4 : 2);
            const weights = model.layerBytes
              .slice(next, next + layers)
              .reduce((sum, bytes) => sum + bytes + kv, 0);
            const output = index === plan.length - 1 ? model.outputBytes : 0;
            const isPartial = placed < model.layerBytes.length;
            expect(layers).toBeGreaterThan(0);
            expect(weights + output + computeBytes(model, context, isPartial)).toBeLessThan(
              device.memoryFreeBytes,
            );
            next += layers;
          }
          if (plan.length > 0) expect(next).toBe(model.layerBytes.length);
        },
      ),
    );
  });
});

describe("computeBytes", () => {
  // Compute buffers that llama.cpp v0.5.0 reported for Llama 3.2 1B in bf16 with flash attention, in MiB (Vulkan backend).
  const LLAMA_1B: ModelSizes = {
    ...LLAMA_8B,
    hiddenSize: 2048,
    feedForwardSize: 8192,
    largestTensorBytes: 2048 * 8192 * 2,
  };
  it.each([
    { batchSize: 512, contextLength: 4096, isPartial: false, measured: 60 },
    { batchSize: 2048, contextLength: 8192, isPartial: false, measured: 256 },
    { batchSize: 512, contextLength: 8192, isPartial: true, measured: 88 },
    { batchSize: 2048, contextLength: 8192, isPartial: true, measured: 296 },
  ])("covers what was measured: $measured MiB", ({ isPartial, measured, ...context }) => {
    const estimate = computeBytes(LLAMA_1B, { ...context, kvType: "f16" }, isPartial) / 1024 ** 2;
    expect(estimate).toBeGreaterThan(measured);
    expect(estimate).toBeLessThan(measured * 2 + 128);
  });
});

describe("readModelSizes", () => {
  const outline = {
    architecture: "qwen2",
    numbers: {
      "qwen2.block_count": 2,
      "qwen2.embedding_length": 64,
      "qwen2.feed_forward_length": 160,
      "qwen2.attention.head_count": 4,
      "qwen2.attention.head_count_kv": 2,
      "qwen2.context_length": 32_768,
    },
    tensors: [
      { name: "token_embd.weight", sizeBytes: 1000 },
      { name: "blk.0.attn_q.weight", sizeBytes: 10 },
      { name: "blk.1.attn_q.weight", sizeBytes: 20 },
      { name: "blk.1.ffn_up.weight", sizeBytes: 30 },
      { name: "output_norm.weight", sizeBytes: 3 },
    ],
  };

  it("adds up layers, and the output layer with the embedding table it shares", () => {
    expect(readModelSizes(outline)).toEqual({
      layerBytes: [10, 50],
      outputBytes: 1003,
      largestTensorBytes: 30,
      kvElementsPerLayer: 2 * (16 + 16),
      hiddenSize: 64,
      feedForwardSize: 160,
      headCount: 4,
      trainContextLength: 32_768,
    });
    const own = [...outline.tensors, { name: "output.weight", sizeBytes: 500 }];
    expect(readModelSizes({ ...outline, tensors: own })?.outputBytes).toBe(503);
  });

  it("takes head sizes that the file states, and all heads where it gives a number per layer", () => {
    const numbers = Object.fromEntries(
      Object.entries(outline.numbers).filter(([key]) => !key.endsWith("head_count_kv")),
    );
    Object.assign(numbers, { "qwen2.attention.key_length": 32, "qwen2.attention.value_length": 8 });
    expect(readModelSizes({ ...outline, numbers })?.kvElementsPerLayer).toBe(4 * (32 + 8));
  });

  it("gives nothing for a file without dimensions", () => {
    expect(readModelSizes({ ...outline, architecture: "llama" })).toBeUndefined();
  });
});
