import { expect, it } from "vitest";
import { binomialUpperBound, trialsNeeded } from "../../../lib/eval/stats/binomial.js";

// By bisection of the exact sums in decimals of 50 digits (Python 3.11, decimal); at 97.5 % also in published tables of Clopper and Pearson.
it.each([
  [0, 299, 0.95, 0.00996914679289927],
  [0, 298, 0.95, 0.010002432437677695],
  [0, 414, 0.95, 0.007209950984945169],
  [2, 414, 0.95, 0.015128525468839837],
  [1, 100, 0.95, 0.04655981145353895],
  [5, 100, 0.95, 0.10225337764327451],
  [12, 1000, 0.95, 0.01937019928505925],
  [5, 100, 0.975, 0.11283491110546276],
])("%i of %i at %f", (successes, trials, confidence, expected) => {
  expect(binomialUpperBound(successes, trials, confidence)).toBeCloseTo(expected, 12);
});

it("is 1 where nothing speaks against it", () => {
  expect(binomialUpperBound(0, 0)).toBe(1);
  expect(binomialUpperBound(7, 7)).toBe(1);
});

it("holds with large numbers", () => {
  expect(binomialUpperBound(0, 1e7)).toBeCloseTo(3e-7, 9);
  expect(binomialUpperBound(5e4, 1e6)).toBeGreaterThan(0.05);
  expect(binomialUpperBound(5e4, 1e6)).toBeLessThan(0.0505);
});

it.each([
  [0, 299],
  [1, 473],
  [2, 628],
  [5, 1049],
  [10, 1693],
])("with %i it takes %i trials to show 1 %%", (successes, trials) => {
  expect(trialsNeeded(successes, 0.01)).toBe(trials);
});
