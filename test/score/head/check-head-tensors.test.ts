import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { checkHeadTensors } from "../../../lib/score/head/check-head-tensors.js";
import { openSafetensors } from "../../../lib/formats/safetensors/safetensors.js";
import { encodeSafetensors, type TensorData } from "../../../lib/formats/safetensors/safetensors-writer.js";
import { temporaryFolder } from "../../support/fixtures.js";

const f32 = (name: string, values: number[], shape = [values.length]): TensorData => ({
  name,
  dtype: "F32",
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

async function check(bytes: Uint8Array, names: readonly string[]): Promise<void> {
  const file = join(await temporaryFolder(), "head.safetensors");
  await writeFile(file, bytes);
  const tensors = await openSafetensors(file);
  try {
    await checkHeadTensors(tensors, names);
  } finally {
    await tensors.close();
  }
}

describe("checkHeadTensors", () => {
  const weight = f32("score.weight", [1, 2]);
  const invalid = (says: RegExp): object => ({
    code: "HEAD_INVALID",
    message: expect.stringMatching(says) as string,
  });

  it("takes what the formula uses, counters of whole numbers among it", async () => {
    const counter: TensorData = { name: "norm.count", dtype: "I64", shape: [], bytes: new Uint8Array(8) };
    await check(encodeSafetensors([weight, counter]), ["score.weight", "norm.count"]);
  });

  it.each([
    ["a tensor that nothing uses", [weight, f32("score.bias", [0])], /nothing uses: score\.bias/],
    ["a missing tensor", [f32("other", [1])], /nothing uses|no tensor/],
    ["an empty tensor", [f32("score.weight", [], [0, 2])], /is empty/],
    ["NaN", [f32("score.weight", [1, NaN])], /holds NaN/],
    ["infinity", [f32("score.weight", [-Infinity, 1])], /holds -Infinity/],
  ] as [string, TensorData[], RegExp][])("refuses %s", async (_name, tensors, says) => {
    await expect(check(encodeSafetensors(tensors), ["score.weight"])).rejects.toMatchObject(invalid(says));
  });

  it("refuses a name that the header has twice", async () => {
    const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    const json = Buffer.from(`{"score.weight":${entry},"score\\u002eweight":${entry}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const bytes = Buffer.concat([length, json, Buffer.alloc(4)]);
    await expect(check(bytes, ["score.weight"])).rejects.toMatchObject(invalid(/score\.weight twice/));
  });
});
