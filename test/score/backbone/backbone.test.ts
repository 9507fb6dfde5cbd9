import { describe, expect, it, vi } from "vitest";
import { coded, CPU, FakeAddon, GPU, load } from "./fake-addon.js";

describe("Backbone.load", () => {
  it("keeps everything on the CPU without a GPU, and puts all layers on the best one otherwise", async () => {
    const cpu = new FakeAddon();
    expect((await load(cpu)).placement).toEqual({
      device: "CPU",
      gpuLayers: 0,
      layerCount: 8,
      kvType: "f32",
      isPrefilled: false,
      precision: "exact",
      warnings: [],
    });
    expect(cpu.modelOptions).toMatchObject({ gpuLayers: 0, devices: [] });
    // This file does not tell its sizes: llama.cpp has to find out.
    const gpu = new FakeAddon([CPU, GPU]);
    expect((await load(gpu)).placement).toMatchObject({ device: "CUDA0", gpuLayers: 8, warnings: [] });
    expect(gpu.modelOptions).toMatchObject({ devices: ["CUDA0"] });
    expect(gpu.modelOptions?.gpuLayers).toBeGreaterThan(8);
  });

  it("halves the batch while memory is short, and gives up with the typed error", async () => {
    const short = new FakeAddon();
    short.failContext = ({ batchSize }) => (batchSize > 128 ? coded("OUT_OF_MEMORY") : undefined);
    const backbone = await load(short, { maxBatch: 512 });
    expect(short.contextOptions.map(({ batchSize }) => batchSize)).toEqual([512, 256, 128]);
    expect(backbone.contextInfo.batchSize).toBe(128);

    const none = new FakeAddon();
    none.failContext = () => coded("OUT_OF_MEMORY");
    await expect(load(none)).rejects.toMatchObject({ name: "ContextError", code: "OUT_OF_MEMORY" });
    expect(none.isModelDisposed).toBe(true);
  });

  it("does not try smaller batches when it is the KV cache that cannot fit", async () => {
    const addon = new FakeAddon();
    addon.failContext = () => coded("OUT_OF_MEMORY", { neededBytes: 2, availableBytes: 1 });
    await expect(load(addon)).rejects.toMatchObject({ details: { neededBytes: 2, availableBytes: 1 } });
    expect(addon.contextOptions.length).toBe(1);
  });

  it("takes the user's sizes, and refuses senseless ones", async () => {
    const addon = new FakeAddon();
    await load(addon, { threads: 3, contextLength: 1000, maxBatch: 64, kvType: "f32" });
    expect(addon.contextOptions[0]).toMatchObject({
      threads: 3,
      contextLength: 1000,
      batchSize: 64,
      ubatchSize: 64,
      kvType: "f32",
    });
    for (const options of [{ threads: 0 }, { contextLength: 1.5 }, { maxBatch: -1 }]) {
      await expect(load(new FakeAddon(), options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("wraps what the native side reports about a file that a GPU is to hold", async () => {
    const addon = new FakeAddon([CPU, GPU]);
    addon.readOutline = () => Promise.reject(coded("MODEL_LOAD_FAILED"));
    await expect(load(addon)).rejects.toMatchObject({ name: "ModelLoadError", code: "MODEL_LOAD_FAILED" });
  });

  it("wraps what the native side reports", async () => {
    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const loading = load(addon);
    await vi.waitUntil(() => addon.modelOptions);
    addon.finishLoad(coded("MODEL_NOT_FOUND"));
    await expect(loading).rejects.toMatchObject({ name: "ModelLoadError", code: "MODEL_NOT_FOUND" });
  });

  it("refuses everything after dispose, which frees the model too", async () => {
    const addon = new FakeAddon();
    const backbone = await load(addon);
    await Promise.all([backbone.dispose(), backbone.dispose()]);
    expect(addon.isModelDisposed).toBe(true);
    const request = { tokens: Int32Array.of(1), positions: [0] };
    await expect(backbone.hiddenStates([request])).rejects.toMatchObject({ code: "DISPOSED" });
    await expect(backbone.tokenize(["a"], new Uint8Array(1))).rejects.toMatchObject({ code: "DISPOSED" });
  });
});
