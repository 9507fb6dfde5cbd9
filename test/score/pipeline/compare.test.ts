import { describe, expect, it } from "vitest";
import type { Score } from "../../../lib/score/score.js";
import {
  bradleyTerry,
  comparePreferences,
  compareScores,
  rankScores,
} from "../../../lib/score/pipeline/compare.js";

const score = (reward: number, warnings: string[] = []): Score => ({ reward, tokenCount: 1, warnings });

describe("the Bradley-Terry probability", () => {
  // 1 / (1 + e^−x), computed with Python's decimal module to 20 digits.
  it.each([
    [0, 0.5],
    [1, 0.7310585786300049],
    [-1, 0.2689414213699951],
    [12.438 - 2.3285, 0.9999593105083927],
  ])("of a margin of %d", (margin, expected) => {
    expect(bradleyTerry(margin)).toBeCloseTo(expected, 12);
  });

  it("stays a probability for margins no exponential can hold", () => {
    expect(bradleyTerry(5000)).toBe(1);
    expect(bradleyTerry(-5000)).toBe(0);
  });

  it("is pulled to one half by a temperature above 1", () => {
    expect(bradleyTerry(2, 2)).toBeCloseTo(bradleyTerry(1), 15);
  });
});

it("a comparison names each warning once", () => {
  const { margin, warnings } = compareScores(score(3, ["same", "a"]), score(1, ["same"]));
  expect(margin).toBe(2);
  expect(warnings).toEqual(["same", "a"]);
});

it("a preference is the mean over both orders, its margin the log-odds", () => {
  const { probability, margin } = comparePreferences(score(0.8), score(0.4));
  expect(probability).toBeCloseTo(0.7, 15);
  expect(margin).toBeCloseTo(Math.log(0.7 / 0.3), 12);
  expect(comparePreferences(score(0.8), undefined).probability).toBe(0.8);
});

it("a preference that rounding made certain still has a finite margin", () => {
  expect(comparePreferences(score(1), score(0)).margin).toBeCloseTo(Math.log(2 ** 53), 6);
  expect(Number.isFinite(comparePreferences(score(0), score(1)).margin)).toBe(true);
});

it("a ranking puts the best first and keeps the order of ties", () => {
  const ranked = rankScores([score(1), score(3), score(1), score(2)]);
  expect(ranked.map(({ index }) => index)).toEqual([1, 3, 0, 2]);
  expect(ranked.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
});
