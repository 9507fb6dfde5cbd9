import { describe, expect, it } from "vitest";
import { chooseContextLength, chooseContextOptions } from "../../../lib/score/backbone/sizing.js";
import { FakeAddon, load } from "./fake-addon.js";

// 16 layers of 8 KV heads of 64 for keys and for values: 64 KiB a cell in float32.
const MODEL = {
  architecture: "llama",
  description: "",
  hiddenSize: 2048,
  layerCount: 16,
  headCount: 32,
  kvHeadCount: 8,
  vocabSize: 128_256,
  slidingWindow: 0,
  sizeBytes: 2e9,
  kvElementsPerCell: 16 * 1024,
  trainContextLength: 131_072,
  parameterCount: 1e9,
  precision: "exact" as const,
};

describe("the batch on a CPU", () => {
  it.each([
    { threads: 1, batch: 128 },
    { threads: 2, batch: 192 },
    { threads: 4, batch: 384 },
    { threads: 64, batch: 512 },
  ])("grows with the threads: $batch tokens for $threads", async ({ threads, batch }) => {
    const addon = new FakeAddon();
    await load(addon, { threads });
    expect(addon.contextOptions[0]).toMatchObject({ batchSize: batch, ubatchSize: batch, threads });
  });
});

describe("the batch with kernels of our own", () => {
  it.each([
    { threads: 1, batch: 256 },
    { threads: 2, batch: 384 },
    { threads: 64, batch: 512 },
  ])("is twice as large, up to the same limit: $batch tokens for $threads", ({ threads, batch }) => {
    const sized = chooseContextOptions({ ...MODEL, isPrefilled: true }, false, 2 ** 40, { threads });
    expect(sized).toMatchObject({ batchSize: batch, ubatchSize: batch });
  });
});

describe("chooseContextLength", () => {
  it.each([
    { name: "the trained length", train: 4096, freeBytes: 1e12, expected: 4096 },
    { name: "no more than is useful", train: 131_072, freeBytes: 1e12, expected: 8192 },
    {
      name: "half of the free memory, in steps of 256",
      train: 131_072,
      freeBytes: 2 * 1000 * 5000,
      expected: 4864,
    },
    { name: "one step when there is next to nothing", train: 131_072, freeBytes: 1000, expected: 256 },
  ])("takes $name", ({ train, freeBytes, expected }) => {
    expect(chooseContextLength({ trainContextLength: train }, 1000, freeBytes)).toBe(expected);
  });
});

describe("memory beside the cache", () => {
  const FREE = 2 ** 28;
  const options = { threads: 2, maxBatch: 192 };

  it.each([
    {
      name: "one layer's keys and values by kernels of our own",
      prefilled: true,
      kvType: "f32",
      beside: 4096,
    },
    { name: "the same over an f16 cache", prefilled: true, kvType: "f16", beside: 4096 },
    { name: "all scores without flash attention", prefilled: false, kvType: "f32", beside: 192 * 32 * 4 },
    { name: "nothing with it", prefilled: false, kvType: "f16", beside: 0 },
  ] as const)("counts $name", ({ prefilled, kvType, beside }) => {
    const sized = chooseContextOptions({ ...MODEL, isPrefilled: prefilled }, false, FREE, {
      ...options,
      kvType,
    });
    const cell = MODEL.kvElementsPerCell * (kvType === "f32" ? 4 : 2) + beside;
    const { contextLength, maxKvBytes = 0 } = sized;
    expect(contextLength * cell).toBeLessThanOrEqual(FREE / 2);
    expect((contextLength + 256) * cell).toBeGreaterThan(FREE / 2);
    expect(maxKvBytes).toBe(FREE - contextLength * beside);
  });
});
