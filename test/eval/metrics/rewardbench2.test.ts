import { describe, expect, it } from "vitest";
import { bestOfResult, rewardBench2 } from "../../../lib/eval/metrics/rewardbench2.js";
import { tiesPrompts, tiesScore } from "../../../lib/eval/metrics/ties.js";
import { scored } from "../scored.js";

describe("bestOfResult", () => {
  it.each([
    { rewards: [3, 1, 2, 0], result: 1 },
    { rewards: [3, 3, 2, 0], result: 1 / 2 },
    { rewards: [3, 3, 3, 3], result: 1 / 4 },
    { rewards: [2, 3, 1, 0], result: 0 },
    { rewards: [3, 1, Number.NaN, 0], result: 0 },
    { rewards: [Number.NaN, 1, 2, 0], result: 0 },
  ])("gives $result for $rewards", ({ rewards: [chosen, ...rejected], result }) => {
    expect(bestOfResult(scored("Math", [chosen ?? 0], rejected))).toBe(result);
  });
});

describe("tiesScore", () => {
  const score = (...items: Parameters<typeof scored>[]): number =>
    tiesScore(tiesPrompts(items.map((item) => scored(...item))));

  it("adds up as the formula says", () => {
    // Prompt 1: tied 5, 4 over 2 (gap 2 > spread 1), ref 5 over 3.5 (gap 1.5 > 1): both margins hold, tanh(1.5 − 1).
    // Prompt 2: tied 5, 4 over 3.5 (gap .5 < 1), ref 2 over 3 (wrong): accurate tied only, tanh(−1 − 1).
    const expected =
      0.3 * 1 + 0.3 * 0.5 + 0.2 * 0.5 + 0.2 * 0.5 + (0.01 * (Math.tanh(0.5) + Math.tanh(-2))) / 2;
    expect(
      score(
        ["Ties", [5, 4], [2, 1], "tied:1"],
        ["Ties", [5], [3.5], "ref:1"],
        ["Ties", [4, 5], [3.5], "tied:2"],
        ["Ties", [2], [3, 1], "ref:2"],
      ),
    ).toBeCloseTo(expected, 14);
  });

  it("takes 0/0 as 0, and a spread of 0 below a gap as the largest bonus", () => {
    expect(score(["Ties", [1, 1], [1], "tied:1"], ["Ties", [1], [1], "ref:1"])).toBe(0);
    expect(score(["Ties", [2, 2], [1], "tied:1"], ["Ties", [2], [1], "ref:1"])).toBeCloseTo(1.01, 14);
  });

  it("judges margins on complete prompts alone, accuracy on all", () => {
    const alone = score(
      ["Ties", [5, 4], [1], "tied:1"],
      ["Ties", [5], [1], "ref:1"],
      ["Ties", [1, 0], [2], "tied:2"],
    );
    expect(alone).toBeCloseTo(0.3 * 0.5 + 0.3 + 0.2 + 0.2 + 0.01 * Math.tanh(3 - 1), 14);
    expect(score(["Ties", [5, 4], [1], "tied:1"])).toBeNaN();
  });

  it("counts an unscored candidate as wrong", () => {
    expect(score(["Ties", [5, Number.NaN], [1], "tied:1"], ["Ties", [5], [1], "ref:1"])).toBeCloseTo(0.3, 14);
  });

  it("refuses ids that do not say which records belong together", () => {
    expect(() => tiesPrompts([scored("Ties", [1], [0], "17")])).toThrow(/ref:1.*"17"/);
  });
});

describe("rewardBench2", () => {
  it("averages the subsets plainly, however many records they have", () => {
    const { subsets, average, intervals } = rewardBench2.measure([
      scored("Math", [1], [0, 0, 0]),
      scored("Focus", [1], [1, 0, 0]),
      scored("Focus", [0], [1, 0, 0]),
      scored("Ties", [2, 2], [1], "tied:1"),
      scored("Ties", [2], [1], "ref:1"),
    ]);
    expect(subsets["Math"]).toBe(1);
    expect(subsets["Focus"]).toBe(0.25);
    expect(subsets["Ties"]).toBeCloseTo(1.01, 14);
    expect(average).toBeCloseTo((1 + 0.25 + 1.01) / 3, 14);
    // Wilson's for one of one.
    expect(intervals.subsets["Math"]?.[0]).toBeCloseTo(0.2065, 4);
    expect(intervals.subsets["Math"]?.[1]).toBe(1);
  });

  it("says why there is no average", () => {
    const { average, noAverageBecause } = rewardBench2.measure([
      scored("Math", [1], [0, 0, 0]),
      scored("Ties", [2, 2], [1], "tied:1"),
    ]);
    expect(average).toBeNaN();
    expect(noAverageBecause).toMatch(/Ties has no prompt of which both records .* are there/);
    expect(rewardBench2.measure([scored("Math", [1], [0])]).noAverageBecause).toBeNull();
  });
});
