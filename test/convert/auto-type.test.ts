import path from "node:path";
import { expect, it } from "vitest";
import { inspect } from "../../lib/check/index.js";
import { inspectionText } from "../../lib/cli/terminal/inspection-text.js";
import { convertCheckpoint, verifyTensors, type ConvertResult } from "../../lib/convert/index.js";
import { convertFloats, isFloatDtype, toFloat32 } from "../../lib/formats/floats/float-convert.js";
import { copyFixture, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();
const EDITED = "model.layers.0.mlp.down_proj.weight";

/** A bf16 checkpoint whose weights f16 holds, but for those that `edit` puts into one matrix. */
async function bf16Checkpoint(name: string, edit: (values: Float32Array) => void): Promise<string> {
  const folder = await copyFixture("skywork-qwen2-tiny", path.join(scratch, name));
  await editTensors(folder, (tensors) => {
    for (const [tensor, { dtype, bytes, ...rest }] of tensors) {
      const values = toFloat32(bytes, isFloatDtype(dtype) ? dtype : "F32");
      // Numbers of bf16 below 2⁻¹⁷ have more digits than f16 there.
      const kept = values.map((value) => (Math.abs(value) < 2 ** -17 ? 0 : value));
      if (tensor === EDITED) edit(kept);
      const narrow = new Uint8Array(2 * kept.length);
      convertFloats(new Uint8Array(kept.buffer), "F32", narrow, "BF16");
      tensors.set(tensor, { ...rest, dtype: "BF16", bytes: narrow });
    }
  });
  return folder;
}

async function convert(checkpoint: string, options = {}): Promise<ConvertResult & { text: string }> {
  const made = await convertCheckpoint(checkpoint, `${checkpoint}-model`, options);
  return { ...made, text: inspectionText(await inspect(made.modelDir), 80) };
}

it("auto makes f16 of a bf16 checkpoint whose weights f16 holds, and says so", async () => {
  const checkpoint = await bf16Checkpoint("held", () => undefined);
  const { type, ownType, reward, text, modelDir } = await convert(checkpoint);
  expect({ type, ownType }).toEqual({ type: "f16", ownType: "bf16" });
  expect(Object.keys(reward.backbone.files)).toEqual(["f16"]);
  expect(reward.backbone.f16Losses).toEqual({ overflow: 0, underflow: 0, inexact: 0 });
  expect(text).toContain("every weight of the checkpoint as it is");
  expect(await verifyTensors(modelDir, checkpoint)).toMatchObject({ passed: true, faults: [] });
});

it.each([
  ["too large", 70000, { overflow: 1, underflow: 0, inexact: 0 }],
  ["become 0", 2 ** -30, { overflow: 0, underflow: 1, inexact: 0 }],
  ["are rounded", 1.25 * 2 ** -24, { overflow: 0, underflow: 0, inexact: 1 }],
])("one weight that would %s is enough to keep bf16, and is counted", async (what, weight, losses) => {
  const checkpoint = await bf16Checkpoint(what, (values) => {
    values[5] = weight;
  });
  const { type, reward, text, modelDir } = await convert(checkpoint);
  expect(type).toBe("bf16");
  expect(Object.keys(reward.backbone.files)).toEqual(["bf16"]);
  expect(reward.backbone.f16Losses).toEqual(losses);
  expect(text).toContain(`of the checkpoint's weights 1 ${what}`);
  expect(await verifyTensors(modelDir, checkpoint)).toMatchObject({ passed: true, faults: [] });
});

it("counts the same for a type that was asked for, and keeps the counts beside a further one", async () => {
  const checkpoint = await bf16Checkpoint("asked", (values) => {
    values[5] = 2 ** -30;
  });
  const losses = { overflow: 0, underflow: 1, inexact: 0 };
  expect((await convert(checkpoint, { type: "f16" })).reward.backbone.f16Losses).toEqual(losses);
  const { reward } = await convert(checkpoint, { type: "q8_0" });
  expect(reward.backbone).toMatchObject({ f16Losses: losses, files: { f16: {}, q8_0: {} } });
});

it("auto leaves other precisions alone", async () => {
  const { type, ownType } = await convertCheckpoint(fixture("grm-llama3.2-tiny"), path.join(scratch, "own"));
  expect({ type, ownType }).toEqual({ type: "f16", ownType: "f16" });
});
