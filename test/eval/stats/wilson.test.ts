import { describe, expect, it } from "vitest";
import type { ScoredItem } from "../../../lib/eval/items/scored-item.js";
import { pairs } from "../../../lib/eval/metrics/pairs.js";
import { holmAdjusted } from "../../../lib/eval/stats/mcnemar.js";
import { effectiveUnits, isTooFew, wilsonInterval } from "../../../lib/eval/stats/wilson.js";

describe("wilsonInterval", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i", (successes, trials, low, high) => {
    const interval = wilsonInterval(successes / trials, trials);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
    const [mirroredLow, mirroredHigh] = wilsonInterval(1 - successes / trials, trials);
    expect(1 - mirroredHigh).toBeCloseTo(low, 4);
    expect(1 - mirroredLow).toBeCloseTo(high, 4);
  });

  // In decimals of 50 digits (Python 3.11, decimal), by the formula as Wilson has it.
  it.each([
    [10, 10, 0.7224672001371107, 1],
    [0, 10, 0, 0.2775327998628892],
    [7, 10, 0.39677814746114537, 0.8922087325936989],
    [299, 300, 0.9813633063054688, 0.9994113422781489],
  ])("of %i in %i, to the last digit", (successes, trials, low, high) => {
    const interval = wilsonInterval(successes / trials, trials);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it("ends at 0 and 1 exactly, keeps a width there, and says nothing of nothing", () => {
    expect(wilsonInterval(1, 7)[1]).toBe(1);
    expect(wilsonInterval(0, 3)[0]).toBe(0);
    expect(wilsonInterval(1, 1)[0]).toBeCloseTo(0.2065, 4);
    expect(wilsonInterval(0.5, 0)).toEqual([0, 1]);
    expect(wilsonInterval(Number.NaN, 5)).toEqual([Number.NaN, Number.NaN]);
  });
});

it("stands where resampling shows nothing: all right, or all wrong", () => {
  const item = (position: number, good: number, subset: string): ScoredItem => ({
    id: String(position),
    position,
    subset,
    chosen: [{ reward: good }],
    rejected: [{ reward: 0 }],
  });
  const right = Array.from({ length: 10 }, (_, index) => item(index, 1, "right"));
  const wrong = Array.from({ length: 10 }, (_, index) => item(10 + index, -1, "wrong"));
  const { intervals } = pairs.measure([...right, ...wrong]);
  expect(intervals.subsets["right"]).toEqual(wilsonInterval(1, 10));
  expect(intervals.subsets["wrong"]).toEqual(wilsonInterval(0, 10));
  expect(pairs.measure(right).intervals.average).toEqual(wilsonInterval(1, 10));
});

it("counts strata of one size together, and takes a small one that weighs much for what it is", () => {
  const strata = (...pairs: [number, number][]) => pairs.map(([weight, units]) => ({ weight, units }));
  expect(effectiveUnits(strata([3, 30], [7, 70]))).toBeCloseTo(100, 9);
  // Variance of the mean of two means: (1/10 + 1/1000) / 4 of a unit's.
  expect(effectiveUnits(strata([1, 10], [1, 1000]))).toBeCloseTo(4 / (1 / 10 + 1 / 1000), 9);
});

it("calls 29 records too few, and 30 enough", () => {
  expect([29, 30].map(isTooFew)).toEqual([true, false]);
});

it("adjusts p-values as R's p.adjust does by the method of Holm", () => {
  const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((expected, index) => {
    expect(adjusted[index]).toBeCloseTo(expected, 12);
  });
  expect(holmAdjusted([0.7, 0.9])).toEqual([1, 1]);
});
