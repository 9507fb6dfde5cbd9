import { describe, expect, it, vi } from "vitest";
import { Backbone } from "../../../lib/score/backbone/backbone.js";
import { chooseContextLength } from "../../../lib/score/backbone/sizing.js";
import type {
  NativeAddon,
  NativeContextOptions,
  NativeDevice,
  NativeFileOutline,
  NativeModel,
  NativeModelOptions,
} from "../../../lib/score/native/types.js";
import { SIMULATED_HIDDEN_SIZE, SimulatedContext } from "./simulated-context.js";

const CPU: NativeDevice = {
  name: "CPU",
  backend: "CPU",
  kind: "cpu",
  description: "CPU",
  memoryTotalBytes: 1e10,
  memoryFreeBytes: 1e10,
};
const GPU: NativeDevice = { ...CPU, name: "CUDA0", backend: "CUDA", kind: "gpu" };

const coded = (code: string, details = {}): Error => Object.assign(new Error(code), { code, details });

/** An addon without llama.cpp: remembers what it was asked for, and fails where a test wants it to. */
class FakeAddon implements Pick<NativeAddon, "devices" | "readOutline" | "loadModel" | "createContext"> {
  modelOptions: NativeModelOptions | undefined;
  readonly triedLayers: number[] = [];
  outline: NativeFileOutline = { architecture: "llama", numbers: {}, tensors: [] };
  failLoad: (options: NativeModelOptions) => Error | undefined = () => undefined;
  readonly contextOptions: NativeContextOptions[] = [];
  isCancelled = false;
  isModelDisposed = false;
  finishLoad: (failure?: Error) => void = () => undefined;
  isLoadManual = false;
  context: SimulatedContext | undefined;
  failContext: (options: NativeContextOptions) => Error | undefined = () => undefined;
  readonly #devices: NativeDevice[];

  constructor(devices: NativeDevice[] = [CPU]) {
    this.#devices = devices;
  }

  devices(): NativeDevice[] {
    return this.#devices;
  }

  readOutline(): Promise<NativeFileOutline> {
    return Promise.resolve(this.outline);
  }

  loadModel(options: NativeModelOptions): ReturnType<NativeAddon["loadModel"]> {
    this.modelOptions = options;
    this.triedLayers.push(options.gpuLayers);
    const result = new Promise<NativeModel>((resolve, reject) => {
      this.finishLoad = (failure) => {
        if (failure === undefined) resolve(this.#model());
        else reject(failure);
      };
    });
    if (!this.isLoadManual) this.finishLoad(this.failLoad(options));
    return {
      result,
      progress: () => 0.5,
      cancel: () => {
        this.isCancelled = true;
        this.finishLoad(coded("MODEL_LOAD_CANCELLED"));
      },
    };
  }

  createContext(_: NativeModel, options: NativeContextOptions): Promise<SimulatedContext> {
    this.contextOptions.push(options);
    const failure = this.failContext(options);
    if (failure) return Promise.reject(failure);
    this.context = new SimulatedContext({ batchSize: options.batchSize });
    return Promise.resolve(this.context);
  }

  #model(): NativeModel {
    return {
      info: {
        architecture: "llama",
        description: "",
        hiddenSize: SIMULATED_HIDDEN_SIZE,
        layerCount: 8,
        headCount: 1,
        kvHeadCount: 1,
        vocabSize: 10,
        trainContextLength: 4096,
        slidingWindow: 0,
        parameterCount: 1000,
        sizeBytes: 1000,
        kvElementsPerCell: 16,
      },
      metadata: () => undefined,
      tokenize: (texts) => Promise.resolve(texts.map(() => Int32Array.of(1))),
      specialTokens: () => [],
      longestToken: () => 1,
      dispose: () => {
        this.isModelDisposed = true;
        return Promise.resolve();
      },
    };
  }
}

const load = (addon: FakeAddon, options: Parameters<typeof Backbone.load>[2] = {}): Promise<Backbone> =>
  Backbone.load(addon as unknown as NativeAddon, "model.gguf", options);

describe("Backbone.load", () => {
  it("keeps everything on the CPU without a GPU, and puts all layers on the best one otherwise", async () => {
    const cpu = new FakeAddon();
    expect((await load(cpu)).placement).toEqual({ device: "CPU", gpuLayers: 0, layerCount: 8, warnings: [] });
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

  it("reports progress, and aborts a load with the signal's reason", async () => {
    const seen: number[] = [];
    await load(new FakeAddon(), {
      onProgress: ({ phase, done }) => seen.push(phase === "load" ? done : NaN),
    });
    expect(seen.at(-1)).toBe(1);

    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const controller = new AbortController();
    const loading = load(addon, { signal: controller.signal });
    await vi.waitUntil(() => addon.modelOptions);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(addon.isCancelled).toBe(true);
  });

  it("fails with what the progress callback throws, and cancels the load", async () => {
    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const failure = new Error("window closed");
    const onProgress = (): void => {
      throw failure;
    };
    await expect(load(addon, { onProgress })).rejects.toBe(failure);
    expect(addon.isCancelled).toBe(true);
  });

  it("frees a model that was loaded just before the abort, or that its progress callback refuses", async () => {
    const late = new FakeAddon();
    late.isLoadManual = true;
    const controller = new AbortController();
    const loading = load(late, { signal: controller.signal });
    await vi.waitUntil(() => late.modelOptions);
    const reason = new Error("changed my mind");
    late.finishLoad();
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(late.isModelDisposed).toBe(true);

    const refused = new FakeAddon();
    const failure = new Error("window closed");
    const onProgress = (): void => {
      throw failure;
    };
    await expect(load(refused, { onProgress })).rejects.toBe(failure);
    expect(refused.isModelDisposed).toBe(true);
  });

  it("frees a context that was made when the load is aborted", async () => {
    const addon = new FakeAddon();
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    addon.failContext = () => {
      controller.abort(reason);
      return undefined;
    };
    await expect(load(addon, { signal: controller.signal })).rejects.toBe(reason);
    expect(addon.context?.isDisposed).toBe(true);
    expect(addon.isModelDisposed).toBe(true);
  });

  it("fails with what the progress callback threw, also when the load could not be cancelled any more", async () => {
    const addon = new FakeAddon();
    addon.isLoadManual = true;
    const failure = new Error("window closed");
    let calls = 0;
    const loading = load(addon, {
      onProgress: () => {
        if (calls++ > 0) return;
        addon.finishLoad();
        throw failure;
      },
    });
    await expect(loading).rejects.toBe(failure);
    expect(addon.isModelDisposed).toBe(true);
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
