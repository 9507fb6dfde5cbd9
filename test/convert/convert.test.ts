import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { convertCheckpoint, quantizeModelFolder, verifyTensors } from "../../lib/convert/index.js";
import { readRewardJson } from "../../lib/model/folder/read-reward-json.js";
import { readGgufHeader } from "../../lib/formats/gguf/gguf-reader.js";
import { openSafetensors } from "../../lib/formats/safetensors/safetensors.js";
import { copyFixture, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();
const fixtures = (await readdir(fixture("."))).sort();

async function contents(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(directory)).sort()) {
    const bytes = await readFile(path.join(directory, name));
    files[name] = createHash("sha256").update(bytes).digest("hex");
  }
  return files;
}

it.each(fixtures)("%s converts, and every tensor is where it belongs", async (name) => {
  const modelDir = path.join(scratch, "fixtures", name);
  const { reward, type } = await convertCheckpoint(fixture(name), modelDir);
  expect(await readRewardJson(modelDir)).toEqual(reward);
  const header = await readGgufHeader(path.join(modelDir, `backbone-${type}.gguf`));
  expect(header.tensors.get("token_embd.weight")?.type).toBe(type.toUpperCase());
  expect(header.tensors.has("output.weight")).toBe(false);
  expect(
    [...header.tensors.values()].filter(({ shape }) => shape.length === 1).map((tensor) => tensor.type),
  ).not.toContain("F16");
  const recorded = Object.fromEntries(
    [...Object.values(reward.backbone.files), reward.headFile].map(({ file, sha256 }) => [file, sha256]),
  );
  expect(await contents(modelDir)).toMatchObject(recorded);
  expect(await verifyTensors(modelDir, fixture(name))).toMatchObject({ passed: true, faults: [] });
});

it("the same checkpoint gives the same bytes, whatever the folder it lies in", async () => {
  const copy = await copyFixture("urm-llama3.1-tiny", path.join(scratch, "elsewhere", "urm-llama3.1-tiny"));
  for (const type of ["auto", "f16", "q4_k_m"] as const) {
    const first = path.join(scratch, `first-${type}`);
    const second = path.join(scratch, `second-${type}`);
    await convertCheckpoint(fixture("urm-llama3.1-tiny"), first, { type });
    await convertCheckpoint(copy, second, { type });
    expect(await contents(second)).toEqual(await contents(first));
  }
});

it("the head is stored as the checkpoint has it, and dropped tensors are named", async () => {
  const modelDir = path.join(scratch, "head");
  const { dropped } = await convertCheckpoint(fixture("grm-mlp2-tiny"), modelDir);
  expect(dropped).toEqual([{ name: "lm_head.weight", rule: "language-model head" }]);
  const head = await openSafetensors(path.join(modelDir, "head.safetensors"));
  const source = await openSafetensors(path.join(fixture("grm-mlp2-tiny"), "model.safetensors"));
  expect([...head.tensors.keys()].sort()).toEqual(
    [0, 2, 4].flatMap((layer) => [`v_head.summary.${layer}.bias`, `v_head.summary.${layer}.weight`]),
  );
  for (const [name, { dtype }] of head.tensors) {
    expect(dtype).toBe("F16");
    expect(await head.readBytes(name)).toEqual(await source.readBytes(name));
  }
  await head.close();
  await source.close();
});

it("types lie side by side, converted or quantized, and the default stays", async () => {
  const modelDir = path.join(scratch, "types");
  await convertCheckpoint(fixture("grm-llama3.2-tiny"), modelDir);
  await convertCheckpoint(fixture("grm-llama3.2-tiny"), modelDir, { type: "f32" });
  const reward = await quantizeModelFolder(modelDir, ["q8_0", "q6_k", "q5_k_m", "q4_k_m"]);
  expect(reward.backbone.defaultType).toBe("f16");
  expect(Object.keys(reward.backbone.files).sort()).toEqual([
    "f16",
    "f32",
    "q4_k_m",
    "q5_k_m",
    "q6_k",
    "q8_0",
  ]);
  expect((await readdir(modelDir)).sort()).toEqual([
    ...Object.values(reward.backbone.files)
      .map(({ file }) => file)
      .sort(),
    "head.safetensors",
    "reward.json",
  ]);
  expect(await readRewardJson(modelDir)).toEqual(reward);
  expect(await verifyTensors(modelDir, fixture("grm-llama3.2-tiny"))).toMatchObject({
    passed: true,
    faults: [],
  });
});

it("embeddings that training never touched, tiny or zero, quantize: their blocks' scales are too small for float16", async () => {
  const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "untrained"));
  await editTensors(checkpoint, (tensors) => {
    const embedding = tensors.get("model.embed_tokens.weight");
    if (embedding === undefined) throw new Error("the fixture has no embedding");
    const values = new Float32Array(embedding.bytes.slice().buffer);
    const columns = embedding.shape[1] ?? 0;
    for (const [row, factor] of [0, 1e-30, 1e-20, 1e-7, 1e-5, 1e-4, 1e-3].entries()) {
      for (let index = row * columns; index < (row + 1) * columns; index++) {
        values[index] = factor * (values[index] ?? 0);
      }
    }
    tensors.set("model.embed_tokens.weight", { ...embedding, bytes: new Uint8Array(values.buffer) });
  });
  for (const type of ["q8_0", "q6_k", "q5_k_m", "q4_k_m"] as const) {
    const modelDir = path.join(scratch, `untrained-${type}`);
    await convertCheckpoint(checkpoint, modelDir, { type });
    expect(await verifyTensors(modelDir, checkpoint)).toMatchObject({ passed: true, faults: [] });
  }
});

it("quantizing refuses types that only the checkpoint has, and folders without a precise backbone", async () => {
  const modelDir = path.join(scratch, "quantized-only");
  await convertCheckpoint(fixture("grm-linear-tiny"), modelDir, { type: "q8_0" });
  await expect(quantizeModelFolder(modelDir, ["q4_k_m"])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(quantizeModelFolder(modelDir, ["f16"])).rejects.toThrow(/only the checkpoint/);
  expect((await readdir(modelDir)).sort()).toEqual(["backbone-q8_0.gguf", "head.safetensors", "reward.json"]);
});

it("a folder with other files, or another checkpoint's model, is left alone", async () => {
  const other = path.join(scratch, "holiday");
  await mkdir(other);
  await writeFile(path.join(other, "photo.jpg"), "x");
  await expect(convertCheckpoint(fixture("grm-linear-tiny"), other)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  expect(await readdir(other)).toEqual(["photo.jpg"]);

  const model = path.join(scratch, "another-model");
  await convertCheckpoint(fixture("grm-linear-tiny"), model);
  const before = await contents(model);
  await expect(convertCheckpoint(fixture("ultrarm-tiny"), model, { type: "f16" })).rejects.toThrow(
    /another checkpoint/,
  );
  expect(await contents(model)).toEqual(before);
});

it("an existing GGUF is adopted when it is the head's backbone, quantized or not", async () => {
  const original = path.join(scratch, "original");
  await convertCheckpoint(fixture("grm-llama3.2-tiny"), original);
  await quantizeModelFolder(original, ["q8_0"]);
  for (const type of ["f16", "q8_0"] as const) {
    const adopted = path.join(scratch, `adopted-${type}`);
    const result = await convertCheckpoint(fixture("grm-llama3.2-tiny"), adopted, {
      backbone: path.join(original, `backbone-${type}.gguf`),
    });
    expect(result.type).toBe(type);
    expect(await verifyTensors(adopted, fixture("grm-llama3.2-tiny"))).toMatchObject({ passed: true });
  }
  expect(await readFile(path.join(scratch, "adopted-f16", "backbone-f16.gguf"))).toEqual(
    await readFile(path.join(original, "backbone-f16.gguf")),
  );
});

it("a GGUF of another model is refused with both values, and nothing is written", async () => {
  const original = path.join(scratch, "foreign");
  await convertCheckpoint(fixture("grm-llama3.2-tiny"), original);
  const backbone = path.join(original, "backbone-f16.gguf");
  const target = path.join(scratch, "refused");
  const refusals: [string, RegExp][] = [
    ["grm-gemma-tiny", /architecture is "llama", the checkpoint's "gemma"/],
    ["skywork-llama3.1-tiny", /embedding_length is 64, the checkpoint's 96/],
    ["grm-mlp2-tiny", /attention.head_count_kv is 2, the checkpoint's 4/],
  ];
  for (const [name, mentions] of refusals) {
    const error: unknown = await convertCheckpoint(fixture(name), target, { backbone }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: "HEAD_MISMATCH" });
    expect((error as Error).message).toMatch(mentions);
  }
  expect(await readdir(scratch)).not.toContain("refused");
});
