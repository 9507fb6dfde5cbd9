import { expect, it } from "vitest";
import type { ScoredItem } from "../../../lib/eval/items/scored-item.js";
import { pairs } from "../../../lib/eval/metrics/pairs.js";
import { wilsonInterval } from "../../../lib/eval/stats/wilson.js";

// In decimals of 50 digits (Python 3.11, decimal), by the formula as Wilson has it.
it.each([
  [10, 10, 0.7224672001371107, 1],
  [0, 10, 0, 0.2775327998628892],
  [7, 10, 0.39677814746114537, 0.8922087325936989],
  [299, 300, 0.9813633063054688, 0.9994113422781489],
])("%i of %i", (successes, trials, low, high) => {
  const interval = wilsonInterval(successes / trials, trials);
  expect(interval[0]).toBeCloseTo(low, 12);
  expect(interval[1]).toBeCloseTo(high, 12);
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
