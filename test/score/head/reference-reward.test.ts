import { expect, it } from "vitest";
import { refuseReferenceReward } from "../../../lib/score/head/reference-reward.js";

it.each(["internlm/POLAR-7B", "polar-1_8b", "my_POLAR_model"])("%s is refused by its name", (name) => {
  expect(() => {
    refuseReferenceReward([undefined, name]);
  }).toThrow(expect.objectContaining({ code: "CHECKPOINT_UNSUPPORTED" }));
});

it.each(["internlm/internlm2-7b-reward", "polaris-7b", undefined])("%s is not", (name) => {
  expect(() => {
    refuseReferenceReward([name]);
  }).not.toThrow();
});
