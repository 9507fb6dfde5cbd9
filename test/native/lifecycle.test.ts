import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { loadAddon } from "../../lib/score/native/binding.js";
import type {
  NativeModel,
  NativeModelLoad,
  NativeModelOptions,
} from "../../lib/score/native/native-addon.js";
import {
  batchOf,
  CPU_OPTIONS,
  loadTinyModel,
  makeContext,
  scratchFolder,
  sequenceEntries,
} from "./fixture.js";
import { writeTinyModel } from "./tiny-gguf.js";

const folder = scratchFolder();

function load(file: string, options: Partial<NativeModelOptions> = {}): NativeModelLoad {
  return loadAddon().loadModel({ path: file, ...CPU_OPTIONS, ...options });
}

describe("loading", () => {
  it("works with and without memory mapping, and reports progress", async () => {
    const file = path.join(folder, "plain.gguf");
    writeTinyModel(file);
    const batch = batchOf(sequenceEntries(0, 20));
    const rows: Float32Array[] = [];
    for (const useMmap of [true, false]) {
      const pending = load(file, { useMmap });
      expect(pending.progress()).toBeLessThanOrEqual(1);
      const model = await pending.result;
      expect(pending.progress()).toBe(1);
      const context = await makeContext(model);
      rows.push(await context.decode(batch));
      await context.dispose();
      await model.dispose();
    }
    expect(rows[0]).toEqual(rows[1]);
  });

  it("a path with spaces and letters beyond ASCII", async () => {
    const file = path.join(folder, "ein Modell für 模型 😀.gguf");
    writeTinyModel(file);
    expect((await load(file).result).info.architecture).toBe("llama");
  });

  it("several models at once", async () => {
    const models = await Promise.all([1, 2, 3].map((seed) => loadTinyModel(folder, { seed })));
    const batch = batchOf(sequenceEntries(0, 20));
    const rows = await Promise.all(models.map(async (model) => (await makeContext(model)).decode(batch)));
    expect(rows[0]).not.toEqual(rows[1]);
    expect(rows[1]).not.toEqual(rows[2]);
  });

  it("looks for a GPU by itself when none is named, and goes on where there is none", async () => {
    // llama.cpp walks over all devices then, the prefill backend's too, and ends the process at types it does not expect.
    const file = path.join(folder, "anywhere.gguf");
    writeTinyModel(file);
    const model = await load(file, { gpuLayers: 1 }).result;
    expect(model.info).toMatchObject({ layerCount: 2, isPrefilled: false });
    await model.dispose();
  });

  it("cancel stops it", async () => {
    const file = path.join(folder, "deep.gguf");
    writeTinyModel(file, { layerCount: 40 });
    const pending = load(file, { useMmap: false });
    pending.cancel();
    await expect(pending.result).rejects.toMatchObject({ code: "MODEL_LOAD_CANCELLED" });
    expect((await load(file).result).info.layerCount).toBe(40);
  });

  it("a file that is missing, empty, no GGUF, or cut off", async () => {
    await expect(load(path.join(folder, "missing.gguf")).result).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
    await expect(load(folder).result).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    const file = path.join(folder, "broken.gguf");
    for (const content of ["", "GGUF", "this is not a model at all, but some text"]) {
      writeFileSync(file, content);
      await expect(load(file).result).rejects.toMatchObject({ code: "MODEL_LOAD_FAILED" });
    }
    for (const share of [0.05, 0.5, 0.99]) {
      writeTinyModel(file);
      truncateSync(file, Math.floor(readFileSync(file).length * share));
      await expect(load(file).result).rejects.toMatchObject({
        code: "MODEL_LOAD_FAILED",
        details: { log: expect.arrayContaining([expect.any(String)]) as string[] },
      });
    }
  });

  it("flipped bits that llama.cpp would abort on", async () => {
    const file = path.join(folder, "flipped.gguf");
    const change = (edit: (bytes: Buffer) => void): Promise<NativeModel> => {
      writeTinyModel(file);
      const bytes = readFileSync(file);
      edit(bytes);
      writeFileSync(file, bytes);
      return load(file).result;
    };
    const message = (text: string): string => expect.stringContaining(text) as string;
    // `<0x41>` becomes a second `<0x43>`.
    await expect(change((bytes) => bytes.write("<0x43>", bytes.indexOf("<0x41>")))).rejects.toMatchObject({
      code: "MODEL_LOAD_FAILED",
      message: message("tokens 70 and 72 have the same text"),
    });
    for (const count of [0, 2 ** 31])
      await expect(
        change((bytes) => {
          const key = "llama.block_count";
          bytes.writeUInt32LE(count, bytes.indexOf(key) + key.length + 4);
        }),
      ).rejects.toMatchObject({
        code: "MODEL_LOAD_FAILED",
        message: message(`claims ${String(count)} layers`),
      });
  });

  it("an unknown architecture is named", async () => {
    const file = path.join(folder, "alien.gguf");
    writeTinyModel(file);
    const bytes = readFileSync(file);
    bytes.write("alien", bytes.indexOf("llama"));
    writeFileSync(file, bytes);
    await expect(load(file).result).rejects.toMatchObject({
      code: "MODEL_LOAD_FAILED",
      message: expect.stringContaining("alien") as string,
    });
  });

  it("an unknown device is refused with those that exist", async () => {
    const file = path.join(folder, "plain.gguf");
    writeTinyModel(file);
    await expect(load(file, { gpuLayers: 9, devices: ["TPU7"] }).result).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/TPU7.*CPU/) as string,
    });
  });

  it("wrong options are refused", () => {
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
    for (const options of [
      undefined,
      {},
      { path: 3, gpuLayers: 0, devices: [] },
      { path: "x", gpuLayers: -1, devices: [] },
      { path: "x", gpuLayers: 0.5, devices: [] },
      { path: "x", gpuLayers: 0, devices: "CPU" },
      { path: "x", gpuLayers: 0, devices: [], useMmap: 1 },
    ])
      expect(() => loadAddon().loadModel(options as unknown as NativeModelOptions)).toThrow(invalid);
  });
});

describe("contexts", () => {
  it("a cache beyond the allowed memory is refused with the numbers", async () => {
    const model = await loadTinyModel(folder);
    const neededBytes = 100_096 * model.info.kvElementsPerCell * 4;
    await expect(makeContext(model, { contextLength: 100_000, maxKvBytes: 1_000_000 })).rejects.toMatchObject(
      {
        code: "OUT_OF_MEMORY",
        details: { neededBytes, availableBytes: 1_000_000 },
      },
    );
  });

  it("wrong options and wrong models are refused", async () => {
    const model = await loadTinyModel(folder);
    const invalid = { code: "INVALID_ARGUMENT" };
    await expect(makeContext(model, { threads: 0 })).rejects.toMatchObject(invalid);
    await expect(makeContext(model, { contextLength: -1 })).rejects.toMatchObject(invalid);
    await expect(makeContext(model, { contextLength: 2 ** 31 - 1 })).rejects.toMatchObject(invalid);
    await expect(makeContext(model, { kvType: "q4_0" as "f16" })).rejects.toMatchObject({
      ...invalid,
      message: "Expected one of f32, f16 for kvType but received q4_0",
    });
    for (const wrong of [{}, { ...model }, null, loadAddon()])
      await expect(makeContext(wrong as unknown as NativeModel)).rejects.toMatchObject(invalid);
  });
});

describe("dispose", () => {
  it("may be called twice, and use afterwards is an error", async () => {
    const model = await loadTinyModel(folder);
    const context = await makeContext(model);
    await context.dispose();
    await context.dispose();
    const disposed = expect.objectContaining({ code: "DISPOSED" }) as Error;
    await expect(context.decode(batchOf(sequenceEntries(0, 2)))).rejects.toEqual(disposed);
    expect(() => {
      context.clear();
    }).toThrow(disposed);
    await model.dispose();
    await model.dispose();
    await expect(model.tokenize(["a"], Uint8Array.of(1))).rejects.toEqual(disposed);
    expect(() => model.specialTokens()).toThrow(disposed);
    expect(() => model.metadata("general.architecture")).toThrow(disposed);
    await expect(makeContext(model)).rejects.toEqual(disposed);
  });

  it("a context keeps its model alive", async () => {
    const model = await loadTinyModel(folder);
    const context = await makeContext(model);
    await model.dispose();
    expect((await context.decode(batchOf(sequenceEntries(0, 20)))).length).toBe(64);
  });

  it("waits for the running decode, which still gives its rows", async () => {
    const context = await makeContext(await loadTinyModel(folder));
    const order: string[] = [];
    const decode = context.decode(batchOf(sequenceEntries(0, 256))).then((rows) => {
      order.push("decoded");
      return rows;
    });
    const dispose = context.dispose().then(() => order.push("disposed"));
    await Promise.all([decode, dispose]);
    expect((await decode).length).toBe(64);
    expect(order).toContain("disposed");
  });

  it("methods borrowed onto other objects cannot reach other memory", async () => {
    const context = await makeContext(await loadTinyModel(folder));
    const model = await loadTinyModel(folder);
    const decode = context.decode.bind(model as unknown as typeof context);
    const tokenize = model.tokenize.bind(context as unknown as NativeModel);
    expect((await decode(batchOf(sequenceEntries(0, 3)))).length).toBe(64);
    expect((await tokenize(["ab"], Uint8Array.of(1)))[0]?.length).toBe(1);
  });
});
