import { expect, it } from "vitest";
import { distanceOf } from "../../../bench/accuracy/distance.js";

it("errors are in standard deviations of the reference's rewards, and flips are pairs that the other answer wins", () => {
  const { largestError, meanError, flips, flipMargin } = distanceOf([1, 0, 2, 2.2], [1, 0, 2.2, 2]);
  // Variance of 1, 0, 2.2 and 2: mean 1.3, squares 0.09 + 1.69 + 0.81 + 0.49 = 3.08, over 4.
  const deviation = Math.sqrt(0.77);
  expect(largestError).toBeCloseTo(0.2 / deviation, 12);
  expect(meanError).toBeCloseTo(0.1 / deviation, 12);
  expect(flips).toBe(1);
  expect(flipMargin).toBeCloseTo(0.2 / deviation, 12);
});

it("nothing flips where nothing differs", () => {
  expect(distanceOf([1, 0], [1, 0])).toMatchObject({ largestError: 0, p99Error: 0, flips: 0, flipMargin: 0 });
});
