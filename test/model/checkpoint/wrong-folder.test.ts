/** A path that is not what a command wants is told as the mistake it is, with its name. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { convertCheckpoint } from "../../../lib/convert/index.js";
import { readRewardJson } from "../../../lib/model/folder/read-reward-json.js";
import { verifyModel } from "../../../lib/check/verify.js";
import { copyFixture, editTensors, fixture, scratchFolder } from "../../convert/checkpoints.js";

const scratch = await scratchFolder();
const model = path.join(scratch, "model");
const checkpoint = fixture("grm-linear-tiny");
const empty = path.join(scratch, "empty");
const loop = path.join(scratch, "loop");
const file = path.join(scratch, "backbone.gguf");

beforeAll(async () => {
  await convertCheckpoint(checkpoint, model);
  await mkdir(empty);
  await symlink(loop, loop);
  await writeFile(file, "GGUF");
});

const paths: [what: string, given: string, says: RegExp][] = [
  ["nothing", path.join(scratch, "mistyped"), /mistyped does not exist/],
  ["a file", file, /backbone.gguf is a file\. A GGUF has no reward head/],
  ["a model folder", model, /model is a model folder, which is converted already/],
  ["a link to itself", loop, /loop cannot be read/],
];

it.each(paths)("%s in place of a checkpoint", async (what, given, says) => {
  const refusal = { code: "INVALID_ARGUMENT", message: expect.stringMatching(says) as string };
  await expect(convertCheckpoint(given, path.join(scratch, "none")), what).rejects.toMatchObject(refusal);
  await expect(verifyModel(model, { against: given })).rejects.toMatchObject(refusal);
});

it("a folder that is no checkpoint is no checkpoint to compare with", async () => {
  await expect(verifyModel(model, { against: empty })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("empty has no config.json") as string,
  });
});

it.each([
  ["nothing", path.join(scratch, "mistyped"), /mistyped is no model folder: there is no such folder/],
  ["a file", file, /backbone.gguf is a file, not a model folder/],
  [
    "a checkpoint",
    checkpoint,
    /grm-linear-tiny is a Hugging Face checkpoint, not a model folder. Convert it first/,
  ],
])("%s in place of a model folder", async (_what, given, says) => {
  await expect(readRewardJson(given)).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(says) as string,
  });
});

it("verify tells another checkpoint from a damaged folder", async () => {
  const other = await verifyModel(model, { against: fixture("skywork-llama3.1-tiny") });
  expect(other).toMatchObject({ isGood: false, isOtherCheckpoint: true });
  const own = await verifyModel(model, { against: checkpoint });
  expect(own).toMatchObject({ isGood: true, isOtherCheckpoint: false });
  const damaged = path.join(scratch, "damaged");
  await convertCheckpoint(checkpoint, damaged);
  await editTensors(
    damaged,
    (tensors) => {
      tensors.forEach(({ bytes }) => bytes.fill(1));
    },
    "head.safetensors",
  );
  expect(await verifyModel(damaged, { against: checkpoint })).toMatchObject({
    isGood: false,
    isOtherCheckpoint: false,
  });
});

it.each([
  ["NaN", 0x7fc0],
  ["infinity", 0x7f80],
])("a head with %s is refused by convert, and by verify where it is there already", async (what, bits) => {
  const broken = await copyFixture("grm-llama3.2-tiny", path.join(scratch, `broken-${what}`));
  const spoil = (directory: string, name: string): Promise<void> =>
    editTensors(
      directory,
      (tensors) => {
        const tensor = tensors.get("v_head.summary.2.bias");
        if (tensor === undefined) throw new Error("no bias");
        const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset);
        if (tensor.dtype === "F32") view.setUint32(0, bits << 16, true);
        else view.setUint16(0, tensor.dtype === "BF16" ? bits : bits & 0xfe00, true);
      },
      name,
    );
  const sound = path.join(scratch, `sound-${what}`);
  await convertCheckpoint(broken, sound);
  await spoil(broken, "model.safetensors");
  await expect(convertCheckpoint(broken, path.join(scratch, "none"))).rejects.toMatchObject({
    code: "HEAD_INVALID",
    message: expect.stringContaining("v_head.summary.2.bias") as string,
  });
  await spoil(sound, "head.safetensors");
  const { checks } = await verifyModel(sound);
  expect(checks.find(({ name }) => name === "head")).toMatchObject({
    status: "fail",
    summary: expect.stringContaining("v_head.summary.2.bias") as string,
  });
});
