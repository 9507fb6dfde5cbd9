import { afterAll, beforeAll, expect, it } from "vitest";
import { loadAddon } from "../../lib/score/native/binding.js";
import type { NativeModel } from "../../lib/score/native/native-addon.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";

let folder: ModelFolder;
let path: string;
let whole: NativeModel;
let vocabulary: NativeModel;

beforeAll(async () => {
  folder = await convertFixture("grm-llama3.2-tiny", { type: "f16" });
  path = `${folder.directory}/backbone-f16.gguf`;
  const options = { path, gpuLayers: 0, devices: [], useMmap: true };
  whole = await loadAddon().loadModel(options).result;
  vocabulary = await loadAddon().loadModel({ ...options, vocabOnly: true }).result;
});
afterAll(async () => {
  await whole.dispose();
  await vocabulary.dispose();
  await folder.remove();
});

it("a model without weights tokenizes like the whole one", async () => {
  const texts = ["Hello, world", "<|eot_id|> 123", "naïve café"];
  const flags = Uint8Array.of(1, 1, 0);
  expect(await vocabulary.tokenize(texts, flags)).toEqual(await whole.tokenize(texts, flags));
  expect(vocabulary.specialTokens()).toEqual(whole.specialTokens());
  expect(vocabulary.info.vocabSize).toBe(whole.info.vocabSize);
});

it("it refuses to make a context", async () => {
  const options = {
    contextLength: 256,
    batchSize: 32,
    ubatchSize: 32,
    maxOutputs: 1,
    threads: 1,
    kvType: "f16",
    flashAttention: "auto",
  } as const;
  await expect(loadAddon().createContext(vocabulary, options)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});
