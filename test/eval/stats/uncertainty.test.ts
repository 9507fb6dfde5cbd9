import { describe, expect, it } from "vitest";
import { areTooClose, rankByUncertainty } from "../../../lib/eval/stats/uncertainty.js";
import type { Score } from "../../../lib/score/score.js";

const score = (reward: number, std?: number): Score => ({
  reward,
  tokenCount: 1,
  warnings: [],
  ...(std === undefined ? {} : { std }),
});

describe("rankByUncertainty", () => {
  const scores = [score(2, 3), score(1.5, 0.5), score(1, 0.1), score(1.5, 0.5)];
  const order = (options: Parameters<typeof rankByUncertainty>[1]): unknown =>
    rankByUncertainty(scores, options).map(({ index, rank }) => [index, rank]);

  it("ranks by reward alone without a penalty, ties in the given order", () => {
    expect(order({})).toEqual([
      [0, 1],
      [1, 2],
      [3, 3],
      [2, 4],
    ]);
  });

  it("prefers the surer answer once uncertainty costs something", () => {
    // Penalised: 2 − 3 = −1, 1.5 − 0.5 = 1, 1 − 0.1 = 0.9.
    const ranked = rankByUncertainty(scores, { penalty: 1 });
    expect(ranked.map(({ index }) => index)).toEqual([1, 3, 2, 0]);
    expect(ranked[0]?.adjusted).toBe(1);
    expect(ranked[3]?.adjusted).toBe(-1);
  });

  it("abstains on answers above the limit: they come last, without a rank", () => {
    expect(order({ maxStd: 0.5 })).toEqual([
      [1, 1],
      [3, 2],
      [2, 3],
      [0, null],
    ]);
  });

  it("refuses scores without std, and senseless options", () => {
    expect(() => rankByUncertainty([score(1)], { penalty: 1 })).toThrow(/predicts no uncertainty/);
    expect(() => rankByUncertainty([score(1)], { maxStd: 1 })).toThrow(/predicts no uncertainty/);
    expect(rankByUncertainty([score(1)], {})[0]?.rank).toBe(1);
    expect(() => rankByUncertainty(scores, { penalty: -1 })).toThrow(/penalty.*-1/);
    expect(() => rankByUncertainty(scores, { maxStd: 0 })).toThrow(/maxStd.*0/);
  });
});

it("a calibrated model that is not sure is too close where there is no std", () => {
  // 1 / (1 + e^-0.4) = 0.5987, 1 / (1 + e^-0.41) = 0.6011.
  expect(areTooClose({ reward: 0.4 }, { reward: 0 }, { temperature: 1 })).toBe(true);
  expect(areTooClose({ reward: 0 }, { reward: 0.41 }, { temperature: 1 })).toBe(false);
  expect(areTooClose({ reward: 0 }, { reward: 0.41 }, { temperature: 2 })).toBe(true);
  // The std knows this answer, the temperature only the model.
  expect(areTooClose({ reward: 1, std: 0.1 }, { reward: 2, std: 0.1 }, { temperature: 100 })).toBe(false);
  expect(areTooClose({ reward: 0 }, { reward: 1e-9 })).toBe(false);
});
