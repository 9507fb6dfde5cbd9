/**
 * Adapters that PEFT 0.21.2, PEFT 0.13.2 and TRL 1.16.0 wrote (test/reference/adapters/make_adapters.py), merged and compared with the
 * rewards of PEFT's own `merge_and_unload()` in float32.
 */
import { cp, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inspect, verifyModel, verifyTensors } from "../../lib/check/index.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel } from "../../lib/index.js";
import { readRewardJson } from "../../lib/model/folder/read-reward-json.js";
import { hashFile } from "../../lib/util/files/hash-file.js";
import { readExpected } from "../support/fixtures.js";
import { adapterFixture, copyAdapter, editAdapterConfig, makeBase, readExpectedMerge } from "./adapters.js";
import { copyFixture, editConfig, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();
const QWEN = path.join(scratch, "qwen");
const LLAMA = path.join(scratch, "llama");
const BASES: Readonly<Record<string, string>> = {
  "skywork-qwen2-tiny": QWEN,
  "skywork-llama3.1-tiny": LLAMA,
};

beforeAll(async () => {
  for (const [name, target] of Object.entries(BASES)) await makeBase(name, target);
});

/** Largest difference from the rewards of PEFT's merged model. */
async function worstReward(modelDir: string, adapter: string): Promise<number> {
  const expected = await readExpectedMerge(adapter);
  const { cases } = await readExpected(expected.base);
  await using model = await RewardModel.load(modelDir, { device: "cpu", kvType: "f32" });
  let worst = 0;
  for (const [id, reward] of Object.entries(expected.rewards)) {
    const { messages = [] } = cases.find((each) => each.id === id) ?? {};
    worst = Math.max(worst, Math.abs((await model.score(messages)).reward - reward));
  }
  return worst;
}

describe.each([
  ["lora-patterns", "rank and alpha patterns, rsLoRA, a trained head"],
  ["dora", "DoRA"],
  ["lora-old", "PEFT 0.13.2, trained norms, float16"],
  ["embeddings", "LoRA of the embedding"],
  ["tokens", "trained token rows"],
  ["value-head", "LLaMA-Factory's value_head.safetensors"],
  ["trl", "TRL's RewardTrainer"],
])("%s: %s", (name) => {
  it("gives the rewards of PEFT's merged model, and verifies against adapter and base", async () => {
    const { base } = await readExpectedMerge(name);
    const folder = path.join(scratch, `model-${name}`);
    await convertCheckpoint(adapterFixture(name), folder, { base: BASES[base], type: "f32" });
    expect(await worstReward(folder, name)).toBeLessThan(5e-4);
    expect(await verifyTensors(folder, adapterFixture(name), { base: BASES[base] })).toMatchObject({
      passed: true,
      faults: [],
    });
  });
});

it("names both sources with checksums, in reward.json and in inspect", async () => {
  const folder = path.join(scratch, "named");
  const adapter = adapterFixture("trl");
  await convertCheckpoint(adapter, folder, { base: LLAMA, type: "f32" });
  const { source, notes } = await readRewardJson(folder);
  const weights = await hashFile(path.join(adapter, "adapter_model.safetensors"));
  const base = await hashFile(path.join(LLAMA, "model.safetensors"));
  expect(source.files).toContainEqual({ file: "adapter_model.safetensors", ...weights });
  expect(source.files.map(({ file }) => file).sort()).toEqual([
    "adapter_config.json",
    "adapter_model.safetensors",
  ]);
  expect(source.base?.name).toBe("llama");
  expect(source.base?.files).toContainEqual({ file: "model.safetensors", ...base });
  expect(source.base?.files.map(({ file }) => file)).toContain("tokenizer.json");
  expect(notes.join("\n")).toMatch(
    /LoRA adapter, merged into its base: 6 matrices changed, trained in full: score\.weight/,
  );
  expect(await inspect(folder)).toMatchObject({ notes, sources: [{ name: "trl" }, { name: "llama" }] });
});

it("keeps float32, and rounds a 16-bit base's merged weights to f16", async () => {
  const half = await convertCheckpoint(adapterFixture("dora"), path.join(scratch, "auto"), { base: QWEN });
  expect(half).toMatchObject({ type: "f16", ownType: "bf16" });
  expect(await worstReward(path.join(scratch, "auto"), "dora")).toBeLessThan(0.05);
  const report = await verifyModel(path.join(scratch, "auto"), {
    against: adapterFixture("dora"),
    base: QWEN,
    device: "cpu",
  });
  expect(report).toMatchObject({ isGood: true });
});

it("adds a quantized type to the same model folder, and refuses one of another base", async () => {
  const folder = path.join(scratch, "added");
  await convertCheckpoint(adapterFixture("dora"), folder, { base: QWEN, type: "f32" });
  const { reward } = await convertCheckpoint(adapterFixture("dora"), folder, { base: QWEN, type: "q8_0" });
  expect(Object.keys(reward.backbone.files).sort()).toEqual(["f32", "q8_0"]);
  const other = await makeBase("skywork-qwen2-tiny", path.join(scratch, "other-base"));
  await editTensors(other, (tensors) => {
    for (const { bytes, name } of tensors.values())
      if (name.endsWith("o_proj.weight")) bytes[1] = (bytes[1] ?? 0) ^ 1;
  });
  await expect(
    convertCheckpoint(adapterFixture("dora"), folder, { base: other, type: "f16" }),
  ).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("base/model.safetensors") as string,
  });
  const report = await verifyModel(folder, { against: adapterFixture("dora"), base: other, device: "cpu" });
  expect(report).toMatchObject({ isGood: false });
});

it("notices a merge that is wrong in one row", async () => {
  const folder = path.join(scratch, "wrong");
  const adapter = await copyAdapter("lora-patterns", path.join(scratch, "wrong-adapter"));
  await convertCheckpoint(adapter, folder, { base: LLAMA, type: "f32" });
  await editAdapterConfig(adapter, { lora_alpha: 5.001 });
  const { passed, faults } = await verifyTensors(folder, adapter, { base: LLAMA });
  expect(passed).toBe(false);
  expect(faults.every(({ kind }) => kind === "differs")).toBe(true);
});

it("takes the adapter's tokenizer where it has one, with the padding token it was trained with", async () => {
  const adapter = await copyAdapter("trl", path.join(scratch, "with-tokenizer"));
  for (const file of ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]) {
    await cp(path.join(fixture("skywork-llama3.1-tiny"), file), path.join(adapter, file));
  }
  const settings = path.join(adapter, "tokenizer_config.json");
  const config = JSON.parse(await readFile(settings, "utf8")) as Record<string, unknown>;
  await writeFile(settings, JSON.stringify({ ...config, pad_token: config["eos_token"] }));
  const base = await makeBase("skywork-llama3.1-tiny", path.join(scratch, "padded-base"));
  const { reward } = await convertCheckpoint(adapter, path.join(scratch, "own"), { base, type: "f32" });
  expect(reward.prompt.padToken).not.toBe(4100);
  expect(reward.notes.join("\n")).toMatch(/Tokenizer and chat template are those of the adapter's folder/);
  expect(reward.notes.join("\n")).toMatch(/The padding token is \d+, that of the adapter's tokenizer/);
  expect(reward.source.files.map(({ file }) => file)).toContain("tokenizer.json");
  expect(reward.source.base?.files.map(({ file }) => file)).not.toContain("tokenizer.json");
  await rename(path.join(adapter, "tokenizer.json"), path.join(adapter, "aside"));
  await expect(
    convertCheckpoint(adapter, path.join(scratch, "half-tokenizer"), { base, type: "f32" }),
  ).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringContaining("no vocabulary") as string,
  });
});

it("an adapter may bring its own embedding, of more tokens, and be merged into it", async () => {
  const adapter = await copyAdapter("embeddings", path.join(scratch, "resized"));
  let rows = 0;
  const taken: { bytes: Uint8Array; shape: readonly number[] }[] = [];
  await editTensors(QWEN, (tensors) => {
    const embedding = tensors.get("model.embed_tokens.weight");
    if (embedding !== undefined) taken.push(embedding);
  });
  await editTensors(
    adapter,
    (tensors) => {
      const [{ bytes, shape } = { bytes: new Uint8Array(), shape: [] }] = taken;
      rows = shape[0] ?? 0;
      const name = "base_model.model.model.embed_tokens.base_layer.weight";
      tensors.set(name, { name, dtype: "BF16", shape, bytes });
    },
    "adapter_model.safetensors",
  );
  const folder = path.join(scratch, "resized-model");
  const { reward } = await convertCheckpoint(adapter, folder, { base: QWEN, type: "f32" });
  expect(reward.backbone.vocabSize).toBe(rows);
  expect(await worstReward(folder, "embeddings")).toBeLessThan(5e-4);
});

it("goes over a base that was saved without its prefix", async () => {
  const base = await makeBase("skywork-llama3.1-tiny", path.join(scratch, "bare"));
  await editTensors(base, (tensors) => {
    for (const [name, tensor] of [...tensors]) {
      tensors.delete(name);
      if (name.startsWith("model.")) tensors.set(name.slice(6), { ...tensor, name: name.slice(6) });
    }
  });
  const folder = path.join(scratch, "bare-model");
  await convertCheckpoint(adapterFixture("lora-patterns"), folder, { base, type: "f32" });
  expect(await worstReward(folder, "lora-patterns")).toBeLessThan(5e-4);
});

it("replaces the head of a base that has one", async () => {
  const folder = path.join(scratch, "over-reward-model");
  await convertCheckpoint(adapterFixture("trl"), folder, {
    base: fixture("skywork-llama3.1-tiny"),
    type: "f32",
  });
  expect(await worstReward(folder, "trl")).toBeLessThan(5e-4);
});

it("says what to do with an adapter alone, and with a base where there is no adapter", async () => {
  const adapter = adapterFixture("trl");
  const target = path.join(scratch, "none");
  for (const run of [() => convertCheckpoint(adapter, target), () => inspect(adapter)]) {
    await expect(run()).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining(`convert ${adapter} <model-dir> --base tiny/base`) as string,
    });
  }
  await expect(RewardModel.load(adapter)).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringContaining("adapter of PEFT") as string,
  });
  await expect(
    convertCheckpoint(fixture("skywork-llama3.1-tiny"), target, { base: LLAMA }),
  ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(convertCheckpoint(adapter, target, { base: "no such folder" })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  expect(await inspect(adapter, { base: LLAMA })).toMatchObject({
    kind: "checkpoint",
    verdict: expect.stringContaining(`--base ${LLAMA}`) as string,
  });
});

it("says that the head was not saved", async () => {
  const adapter = await copyAdapter("trl", path.join(scratch, "headless"));
  await editTensors(
    adapter,
    (tensors) => {
      for (const name of tensors.keys()) if (name.includes("score")) tensors.delete(name);
    },
    "adapter_model.safetensors",
  );
  await expect(convertCheckpoint(adapter, path.join(scratch, "none"), { base: LLAMA })).rejects.toMatchObject(
    { code: "HEAD_INVALID", message: expect.stringContaining("was not saved") as string },
  );
});

it("keeps what the base's own files are refused for", async () => {
  const base = await copyFixture("skywork-llama3.1-tiny", path.join(scratch, "strange"));
  await editConfig(base, { model_type: "rwkv" });
  await expect(
    convertCheckpoint(adapterFixture("trl"), path.join(scratch, "none"), { base }),
  ).rejects.toMatchObject({ code: "CHECKPOINT_UNSUPPORTED" });
});
