import { expect, it } from "vitest";
import { rewardErrors } from "../../../bench/suites/engines.js";

const scored = (
  rewards: number[],
  tokens = [5, 6, 7],
): { seconds: number; rewards: number[]; tokens: number[] } => ({
  seconds: 1,
  rewards,
  tokens,
});

it("errors of rewards are in standard deviations of the reference's", () => {
  const errors = rewardErrors(
    new Map([
      ["transformers-float32", scored([0, 2, 4])],
      ["llama-reward", scored([0, 2.5, 4.1])],
    ]),
  );
  // The reference's deviation is √(8 / 3).
  expect(errors.get("llama-reward")?.largestError).toBeCloseTo(0.5 / Math.sqrt(8 / 3), 12);
  expect(errors.get("llama-reward")?.meanError).toBeCloseTo(0.2 / Math.sqrt(8 / 3), 12);
  expect(errors.get("transformers-float32")?.largestError).toBe(0);
  expect(rewardErrors(new Map([["llama-reward", scored([0, 1, 2])]])).size).toBe(0);
});

it("an engine that saw other tokens is not compared", () => {
  const engines = new Map([
    ["transformers-float32", scored([0, 2, 4])],
    ["vllm-bfloat16", scored([0, 2, 4], [5, 6, 8])],
  ] as const);
  expect(() => rewardErrors(engines)).toThrow("vllm-bfloat16 saw other tokens");
});
