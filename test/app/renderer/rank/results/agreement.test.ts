import { expect, it } from "vitest";
import { agreementOf } from "../../../../../examples/electron/renderer/rank/results/agreement.js";
import { kendallTauB } from "../../../../../lib/eval/stats/kendall-tau.js";
import type { RankedScore } from "../../../../../lib/score/score.js";

const scores = (rewards: readonly number[]): RankedScore[] =>
  rewards
    .map((reward, index) => ({ reward, index, rank: 0, tokenCount: 1, warnings: [] }))
    .sort((a, b) => b.reward - a.reward);

it("counts pairs that both models put in the same order", () => {
  expect(agreementOf(scores([3, 2, 1]), scores([30, 10, 20]))).toEqual({
    same: 2,
    different: 1,
    isSameBest: true,
  });
  expect(agreementOf(scores([3, 2]), scores([1, 2]))).toEqual({ same: 0, different: 1, isSameBest: false });
  expect(agreementOf(scores([3, 3]), scores([1, 2]))).toMatchObject({ same: 0, different: 0 });
});

it("goes with Kendall's tau", () => {
  const first = [0.3, -1, 2, 0.1, 5, 4];
  const second = [1, 2, 0.5, 0.2, 4, 6];
  const { same, different } = agreementOf(scores(first), scores(second));
  expect((same - different) / (same + different)).toBeCloseTo(kendallTauB(first, second), 12);
});
