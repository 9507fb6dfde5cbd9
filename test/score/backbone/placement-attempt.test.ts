import { describe, expect, it } from "vitest";
import type { NativeDevice, NativeFileOutline } from "../../../lib/score/native/native-addon.js";
import { coded, CPU, FakeAddon, GPU, load } from "./fake-addon.js";

describe("Backbone.load with little memory on the GPU", () => {
  /** 8 layers of 1 GB. */
  const outline: NativeFileOutline = {
    architecture: "llama",
    numbers: {
      "llama.block_count": 8,
      "llama.embedding_length": 64,
      "llama.attention.head_count": 1,
      "llama.feed_forward_length": 128,
      "llama.context_length": 4096,
    },
    tensors: [
      ...Array.from({ length: 8 }, (_, layer) => ({ name: `blk.${layer}.ffn_up.weight`, sizeBytes: 1e9 })),
      { name: "output_norm.weight", sizeBytes: 256 },
      { name: "token_embd.weight", sizeBytes: 1e6 },
    ],
  };
  const sized = (name: string, gigabytes: number): NativeDevice => ({
    ...GPU,
    name,
    memoryTotalBytes: gigabytes * 1e9,
    memoryFreeBytes: gigabytes * 1e9,
  });
  const make = (...gpus: NativeDevice[]): FakeAddon => {
    const addon = new FakeAddon([CPU, ...gpus]);
    addon.outline = outline;
    return addon;
  };

  it("puts the layers there that fit, and says so", async () => {
    const addon = make(sized("CUDA0", 8));
    const { placement } = await load(addon);
    // A tenth is kept free, and compute buffers take some: two tensors that visit from the CPU among them.
    expect(placement).toMatchObject({ device: "CUDA0", gpuLayers: 5, layerCount: 8 });
    expect(placement.warnings).toEqual([expect.stringMatching(/Only 5 of 8 layers.*CUDA0/)]);
    expect(addon.modelOptions).toMatchObject({ gpuLayers: 5, devices: ["CUDA0"] });
  });

  it("splits over several GPUs when one is too small, and uses one when it is not", async () => {
    const two = make(sized("CUDA0", 8), sized("CUDA1", 6));
    expect((await load(two)).placement).toMatchObject({
      device: "CUDA0 + CUDA1",
      gpuLayers: 8,
      warnings: [],
    });
    expect(two.modelOptions?.devices).toEqual(["CUDA0", "CUDA1"]);
    expect(two.modelOptions?.deviceLayers).toEqual(Int32Array.of(7, 1));
    const one = make(sized("CUDA0", 24), sized("CUDA1", 8));
    expect((await load(one)).placement).toMatchObject({ device: "CUDA0", gpuLayers: 8 });
    expect(
      (await load(make(sized("CUDA0", 24), sized("CUDA1", 32)), { device: "cuda:0" })).placement.device,
    ).toBe("CUDA0");
  });

  it("retries with fewer layers when the load is refused memory, at last on the CPU", async () => {
    const half = make(sized("CUDA0", 24));
    half.failLoad = ({ gpuLayers }) => (gpuLayers > 4 ? coded("OUT_OF_MEMORY") : undefined);
    expect((await load(half)).placement).toMatchObject({ device: "CUDA0", gpuLayers: 4 });
    expect(half.triedLayers).toEqual([8, 6, 4]);

    const none = make(sized("CUDA0", 24));
    none.failLoad = ({ gpuLayers }) => (gpuLayers > 0 ? coded("OUT_OF_MEMORY") : undefined);
    const { placement } = await load(none);
    expect(placement).toMatchObject({ device: "CPU", gpuLayers: 0 });
    expect(placement.warnings).toEqual([expect.stringContaining("Not one layer fits")]);
    expect(none.modelOptions).toMatchObject({ gpuLayers: 0, devices: [] });
  });

  it("retries with fewer layers when the context is refused memory, after a smaller batch", async () => {
    const addon = make(sized("CUDA0", 24));
    addon.failContext = () => (addon.modelOptions?.gpuLayers === 8 ? coded("OUT_OF_MEMORY") : undefined);
    expect((await load(addon, { gpuLayers: "auto" })).placement).toMatchObject({ gpuLayers: 6 });
    expect(addon.contextOptions.map(({ batchSize }) => batchSize)).toEqual([2048, 1024, 512, 2048]);
  });

  it("goes to the CPU when a file without sizes is refused memory", async () => {
    const addon = new FakeAddon([CPU, GPU]);
    addon.failLoad = ({ gpuLayers }) => (gpuLayers > 0 ? coded("OUT_OF_MEMORY") : undefined);
    expect((await load(addon)).placement).toMatchObject({ device: "CPU", gpuLayers: 0 });
  });

  it("takes a number of layers as it is, and fails with the typed error when it cannot be had", async () => {
    const addon = make(sized("CUDA0", 4));
    expect((await load(addon, { gpuLayers: 7 })).placement).toMatchObject({ gpuLayers: 7, warnings: [] });
    expect((await load(make(sized("CUDA0", 24)), { gpuLayers: 3 })).placement).toMatchObject({
      gpuLayers: 3,
    });
    expect((await load(make(sized("CUDA0", 24)), { gpuLayers: 99 })).placement).toMatchObject({
      gpuLayers: 8,
    });
    expect((await load(make(sized("CUDA0", 24)), { gpuLayers: 0 })).placement).toMatchObject({
      device: "CPU",
    });
    const spread = make(sized("CUDA0", 2), sized("CUDA1", 2));
    await load(spread, { gpuLayers: 5 });
    expect(spread.modelOptions?.deviceLayers).toEqual(Int32Array.of(2, 3));

    const refused = make(sized("CUDA0", 4));
    refused.failLoad = () => coded("OUT_OF_MEMORY");
    await expect(load(refused, { gpuLayers: 7 })).rejects.toMatchObject({ code: "OUT_OF_MEMORY" });
    expect(refused.triedLayers).toEqual([7]);
  });

  it("does not retry what is not about memory", async () => {
    const addon = make(sized("CUDA0", 24));
    addon.failLoad = () => coded("MODEL_LOAD_FAILED");
    await expect(load(addon)).rejects.toMatchObject({ code: "MODEL_LOAD_FAILED" });
    expect(addon.triedLayers).toEqual([8]);
  });
});
