import { expect, it } from "vitest";
import { appendAll, largest, smallest } from "../../lib/util/collections.js";

/** More than a call takes arguments. */
const MANY = Array.from({ length: 1_000_000 }, (_, index) => index);

it("finds the extremes of lists of any length, as Math.max and Math.min do of short ones", () => {
  expect(largest(MANY)).toBe(999_999);
  expect(smallest(MANY)).toBe(0);
  for (const values of [[], [2, 1, 3], [1, Number.NaN]]) {
    expect(largest(values)).toBe(Math.max(...values));
    expect(smallest(values)).toBe(Math.min(...values));
  }
});

it("appends lists of any length", () => {
  const target = [-1];
  appendAll(target, MANY);
  expect(target).toHaveLength(1_000_001);
  expect([target[0], target.at(-1)]).toEqual([-1, 999_999]);
});
