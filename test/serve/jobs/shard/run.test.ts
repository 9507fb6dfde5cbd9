import { expect, it } from "vitest";
import { loadOptionsSchema } from "../../../../lib/model/load-options.js";
import { givenScoringOptions, scoringOptionsSchema } from "../../../../lib/serve/jobs/shard/run.js";

it("leaves to each machine what does not change rewards, and nothing else", () => {
  const scoring = Object.keys(scoringOptionsSchema.shape);
  const own = Object.keys(loadOptionsSchema.shape).filter((name) => !scoring.includes(name));
  // An option that is new is to be thought of: is it the same on every machine?
  expect(own.sort()).toEqual(["check", "device", "gpuLayers", "onProgress", "signal", "threads"]);
});

it("submits the options that are given", () => {
  const options = { type: "f32", kvType: "f16", bos: undefined, threads: 2, device: "cpu" } as const;
  expect(givenScoringOptions(options)).toEqual({ type: "f32", kvType: "f16" });
});

it.each([{}, { type: "f32", threads: 2 }, { type: "f32", kvType: "f8" }])(
  "refuses the options %j",
  (options) => {
    expect(scoringOptionsSchema.safeParse({ type: "f32", kvType: "f16" }).success).toBe(true);
    expect(scoringOptionsSchema.safeParse(options).success).toBe(false);
  },
);
