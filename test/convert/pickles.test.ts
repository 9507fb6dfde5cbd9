/** Checkpoints whose weights are pickles that torch.save wrote (`pickles/write-checkpoints.py`): the same model folders, byte for byte. */
import { cp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { inspect, verifyTensors } from "../../lib/check/index.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import type { TensorData } from "../../lib/formats/safetensors/safetensors-writer.js";
import { copyFixture, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();
const PICKLES = path.join(import.meta.dirname, "pickles");

/** The small Starling with the tokenizer of the larger one, and one of its two files of weights. */
async function starling(weights: "model.safetensors" | "pytorch_model.bin"): Promise<string> {
  const checkpoint = await copyFixture("starling-tiny", path.join(scratch, "starling", weights));
  await rm(path.join(checkpoint, "model.safetensors"));
  for (const name of ["config.json", weights])
    await cp(path.join(PICKLES, "starling", name), path.join(checkpoint, name));
  return checkpoint;
}

it("a pickle gives the model folder of the same weights in safetensors; names that share a tensor count once", async () => {
  const plain = await convertCheckpoint(await starling("model.safetensors"), path.join(scratch, "plain"));
  const checkpoint = await starling("pytorch_model.bin");
  const model = path.join(scratch, "pickled");
  const { reward, dropped } = await convertCheckpoint(checkpoint, model);
  expect(reward.backbone).toEqual(plain.reward.backbone);
  expect(reward.headFile).toEqual(plain.reward.headFile);
  expect(reward.head).toEqual(plain.reward.head);
  expect(reward.source.files.map(({ file }) => file)).toContain("pytorch_model.bin");
  expect(new Set(dropped.map(({ rule }) => rule))).toEqual(
    new Set(["copy of the backbone under another name"]),
  );
  expect(dropped).toHaveLength(11);
  expect((await verifyTensors(model, checkpoint)).faults).toEqual([]);
  const { notes } = await inspect(checkpoint);
  expect(notes.join("\n")).toMatch(/pytorch_model\.bin: Python pickles/);
  expect(notes.join("\n")).toMatch(/with 10 others is left out: copy of the backbone/);
});

it("a lone .pt file is the weights, whatever it is called; nothing that training leaves beside it is opened", async () => {
  const checkpoint = await starling("pytorch_model.bin");
  const model = path.join(scratch, "lone");
  await rename(path.join(checkpoint, "pytorch_model.bin"), path.join(checkpoint, "reward.pt"));
  for (const name of ["optimizer.pt", "scheduler.pt", "rng_state_0.pth", "training_args.bin"])
    await writeFile(path.join(checkpoint, name), "no pickle");
  const { reward } = await convertCheckpoint(checkpoint, model);
  expect(reward.source.files.map(({ file }) => file)).toContain("reward.pt");
  await cp(path.join(checkpoint, "reward.pt"), path.join(checkpoint, "other.pth"));
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringContaining("other.pth and reward.pt") as string,
  });
  for (const folder of [checkpoint, model]) await rm(folder, { recursive: true });
});

it("safetensors go first where a folder has both", async () => {
  const checkpoint = await starling("model.safetensors");
  await writeFile(path.join(checkpoint, "pytorch_model.bin"), "not opened");
  const { reward } = await convertCheckpoint(checkpoint, path.join(scratch, "both"));
  const files = reward.source.files.map(({ file }) => file);
  expect(files).toContain("model.safetensors");
  expect(files).not.toContain("pytorch_model.bin");
});

it("pickles in shards are those that the index lists, whatever they are called", async () => {
  const checkpoint = await starling("pytorch_model.bin");
  const shard = "pytorch_model-00001-of-000002.bin";
  await rename(path.join(checkpoint, "pytorch_model.bin"), path.join(checkpoint, shard));
  const { headTensors, backboneTensors } = await verifyTensors(
    path.join(scratch, "pickled"),
    await starling("model.safetensors"),
  );
  const names = [...headTensors, ...backboneTensors];
  const copies = names.map((name) => name.replace("model.model.", "transformer."));
  const weightMap = Object.fromEntries([...names, ...copies].map((name) => [name, shard]));
  const index = path.join(checkpoint, "pytorch_model.bin.index.json");
  await writeFile(index, JSON.stringify({ weight_map: weightMap }));
  const { reward } = await convertCheckpoint(checkpoint, path.join(scratch, "sharded"));
  expect(reward.source.files.map(({ file }) => file)).toEqual(
    expect.arrayContaining(["pytorch_model.bin.index.json", shard]),
  );
  await writeFile(index, JSON.stringify({ weight_map: { ...weightMap, "v_head.weight": "gone.bin" } }));
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringContaining("gone.bin") as string,
  });
  await writeFile(index, JSON.stringify({ weight_map: { "v_head.weight": "../outside.bin" } }));
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
  });
});

it("LLaMA-Factory's value head in a pickle is the model's head", async () => {
  const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "factory"));
  await editTensors(checkpoint, (tensors) => {
    for (const name of [...tensors.keys()]) if (name.startsWith("v_head.")) tensors.delete(name);
  });
  await cp(path.join(PICKLES, "value_head.bin"), path.join(checkpoint, "value_head.bin"));
  const { reward } = await convertCheckpoint(checkpoint, path.join(scratch, "factory-model"));
  const plain = await convertCheckpoint(fixture("grm-linear-tiny"), path.join(scratch, "factory-plain"));
  expect(reward.backbone).toEqual(plain.reward.backbone);
  expect(reward.headFile).toEqual(plain.reward.headFile);
  expect(reward.source.files.map(({ file }) => file)).toContain("value_head.bin");
});

it("tensors of a head's own file have the file's name in front", async () => {
  const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "layers"));
  await cp(path.join(PICKLES, "value_head.bin"), path.join(checkpoint, "gating_layer.pt"));
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toMatchObject({
    message: expect.stringContaining("gating_layer.v_head.summary") as string,
  });
});

it("a second backbone is a copy if every byte is the same; else nobody can tell which is the model's", async () => {
  const checkpoint = await copyFixture("starling-tiny", path.join(scratch, "copies"));
  await editTensors(checkpoint, (tensors) => {
    for (const tensor of [...tensors.values()]) {
      const name = tensor.name.replace(/^model\.model\./, "transformer.");
      if (name !== tensor.name) tensors.set(name, { ...tensor, name });
    }
  });
  const model = path.join(scratch, "copies-model");
  const { dropped } = await convertCheckpoint(checkpoint, model);
  expect(dropped.filter(({ rule }) => rule.startsWith("copy"))).toHaveLength(20);
  await editTensors(checkpoint, (tensors) => {
    const norm = tensors.get("transformer.norm.weight") as TensorData;
    tensors.set(norm.name, {
      ...norm,
      bytes: norm.bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
    });
  });
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringContaining("transformer.norm.weight is not model.model.norm.weight") as string,
  });
  expect(await readdir(scratch)).not.toContain("none");
});
