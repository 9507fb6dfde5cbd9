import { describe, expect, it } from "vitest";
import { chooseHeadFiles, chooseWeights, mayBeWeights } from "../../../lib/model/checkpoint/weight-files.js";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const PICKLE = "pytorch_model.bin";
const PICKLE_INDEX = "pytorch_model.bin.index.json";

describe("the weights of a folder", () => {
  // The order of transformers 5.24, modeling_utils.py, `_get_resolved_checkpoint_files`.
  it.each([
    [[PICKLE_INDEX, PICKLE, INDEX, SINGLE], { single: SINGLE }],
    [[PICKLE_INDEX, PICKLE, INDEX], { index: INDEX }],
    [[PICKLE_INDEX, PICKLE], { single: PICKLE }],
    [[PICKLE_INDEX, "reward.pt"], { index: PICKLE_INDEX }],
    [
      ["reward.pt", "optimizer.pt", "rng_state_3.pth", "scheduler.pt", "value_head.bin"],
      { single: "reward.pt" },
    ],
    [["consolidated.00.pth", "consolidated.01.pth"], undefined],
    [["training_args.bin", "optimizer.bin", "adapter_model.bin", "other.bin"], undefined],
    [["regression_layer.pt", "gating_layer.pt"], undefined],
    [[], undefined],
  ])("among %j are %j", (files, expected) => {
    expect(chooseWeights(files)).toEqual(expected);
  });
});

it("heads of their own: of LLaMA-Factory's two files the safetensors one", () => {
  expect(chooseHeadFiles(["value_head.bin", SINGLE])).toEqual([{ name: "value_head.bin", prefix: "" }]);
  expect(chooseHeadFiles(["value_head.bin", "value_head.safetensors"])).toEqual([
    { name: "value_head.safetensors", prefix: "" },
  ]);
  expect(chooseHeadFiles(["gating_layer.pt", "regression_layer.pt"])).toEqual([
    { name: "regression_layer.pt", prefix: "regression_layer." },
    { name: "gating_layer.pt", prefix: "gating_layer." },
  ]);
});

it("only files of the folder itself are looked at", () => {
  expect([PICKLE, INDEX, "a.pth", "config.json", "deep/model.safetensors"].map(mayBeWeights)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
