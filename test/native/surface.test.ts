import { availableParallelism } from "node:os";
import { expect, it } from "vitest";

import { loadAddon, loadAddonDetails } from "../../lib/score/native/binding.js";
import type {
  NativeAddon,
  NativeBackendInfo,
  NativeContext,
  NativeContextInfo,
  NativeDenseNetwork,
  NativeDevice,
  NativeModel,
  NativeModelInfo,
  NativeModelLoad,
} from "../../lib/score/native/native-addon.js";
import { loadTinyModel, makeContext, scratchFolder } from "./fixture.js";
import { HIDDEN_SIZE, VOCAB_SIZE } from "./tiny-gguf.js";

// `Record<keyof T, kind>` fails to compile when types.ts gains or loses a member, and the tests fail when the addon does.
type Kinds<T> = Record<keyof T, "function" | "object" | "string" | "number">;

function kindsOf(value: object): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, typeof member]));
}

const folder = scratchFolder();

it("the addon's exports are those of types.ts", () => {
  const expected: Kinds<NativeAddon> = {
    headerVersion: "string",
    initialize: "function",
    devices: "function",
    physicalCores: "function",
    readOutline: "function",
    loadModel: "function",
    createContext: "function",
    createDenseNetwork: "function",
    createOutputMatrix: "function",
    createMoments: "function",
    quantize: "function",
  };
  expect(kindsOf(loadAddon())).toEqual(expected);
});

it("what initialize and devices report is that of types.ts", () => {
  const { addon, backend } = loadAddonDetails();
  const expected: Kinds<NativeBackendInfo> = {
    version: "string",
    prefill: "string",
    fastPrefill: "string",
    backends: "object",
    features: "object",
    gpuBackends: "object",
    failures: "object",
  };
  expect(kindsOf(backend)).toEqual(expected);
  expect(backend.version.startsWith(addon.headerVersion)).toBe(true);
  expect(backend.backends).toContain("CPU");

  const device: Kinds<NativeDevice> = {
    name: "string",
    description: "string",
    backend: "string",
    kind: "string",
    memoryTotalBytes: "number",
    memoryFreeBytes: "number",
  };
  const cpu = addon.devices().find(({ kind }) => kind === "cpu");
  expect(cpu && kindsOf(cpu)).toEqual(device);
  expect(cpu?.memoryTotalBytes).toBeGreaterThan(2 ** 28);
});

it("physical cores are those of the process where Node counts logical processors, and left to /proc on Linux", () => {
  const cores = loadAddon().physicalCores();
  if (process.platform === "linux") expect(cores).toBe(0);
  else expect(cores).toBeGreaterThan(0);
  expect(cores).toBeLessThanOrEqual(availableParallelism());
});

it("models are those of types.ts", async () => {
  const load: Kinds<NativeModelLoad> = { result: "object", progress: "function", cancel: "function" };
  const pending = loadAddon().loadModel({ path: "missing", gpuLayers: 0, devices: [], useMmap: true });
  expect(kindsOf(pending)).toEqual(load);
  await expect(pending.result).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });

  const model = await loadTinyModel(folder);
  const methods: Kinds<NativeModel> = {
    info: "object",
    tokenize: "function",
    specialTokens: "function",
    longestToken: "function",
    metadata: "function",
    dispose: "function",
  };
  expect(kindsOf(model)).toEqual(methods);
  const info: NativeModelInfo = {
    architecture: "llama",
    description: model.info.description,
    hiddenSize: HIDDEN_SIZE,
    layerCount: 2,
    headCount: 4,
    kvHeadCount: 2,
    vocabSize: VOCAB_SIZE,
    trainContextLength: 4096,
    slidingWindow: 0,
    parameterCount: model.info.parameterCount,
    sizeBytes: model.info.parameterCount * 4,
    // layers × key and value × KV heads × head size
    kvElementsPerCell: 2 * 2 * 2 * 16,
    isPrefilled: false,
    precision: "exact",
  };
  expect(model.info).toEqual(info);
  expect(model.info.parameterCount).toBe(
    HIDDEN_SIZE * (VOCAB_SIZE + 1) +
      2 * (2 * HIDDEN_SIZE + HIDDEN_SIZE * (64 + 32 + 32 + 64) + 3 * HIDDEN_SIZE * 128),
  );
});

it("contexts are those of types.ts", async () => {
  const context = await makeContext(await loadTinyModel(folder), { contextLength: 300, batchSize: 128 });
  const methods: Kinds<NativeContext> = {
    info: "object",
    decode: "function",
    cancel: "function",
    copySequence: "function",
    removeSequence: "function",
    sequenceRange: "function",
    clear: "function",
    dispose: "function",
  };
  expect(kindsOf(context)).toEqual(methods);
  // llama.cpp rounds the cells up to a multiple of 256 and cuts the micro-batch down to the batch.
  const info: NativeContextInfo = {
    contextLength: 512,
    batchSize: 128,
    ubatchSize: 128,
    maxOutputs: 64,
    maxSequences: 256,
    threads: 1,
  };
  expect(context.info).toEqual(info);
});

it("dense networks are those of types.ts", async () => {
  const methods: Kinds<NativeDenseNetwork> = { forward: "function", dispose: "function" };
  const network = await loadAddon().createDenseNetwork(
    [{ weight: Float32Array.of(1), outputSize: 1, inputSize: 1, activation: "none" }],
    1,
  );
  expect(kindsOf(network)).toEqual(methods);
});

it("llama.cpp cannot be started twice from different places", () => {
  const { addon, libraries } = loadAddonDetails();
  expect(addon.initialize(libraries).backends).toContain("CPU");
  expect(() => addon.initialize({ ...libraries, llama: "/elsewhere/libllama.so" })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
