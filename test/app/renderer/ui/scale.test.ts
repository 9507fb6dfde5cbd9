import { expect, it } from "vitest";
import { scaleOf, spreadOf, ticksOf } from "../../../../examples/electron/renderer/ui/scale.js";

it("bars have their zero, dots need none", () => {
  expect(scaleOf([3, 5]).position(0)).toBe(0);
  const { min, max } = spreadOf([3, 5]);
  expect(min).toBeCloseTo(2.92, 12);
  expect(max).toBeCloseTo(5.08, 12);
});

it("equal values lie in the middle of an axis", () => {
  expect(spreadOf([4, 4]).position(4)).toBe(50);
  expect(ticksOf(spreadOf([4, 4]), 5)).toEqual([3, 3.5, 4, 4.5, 5]);
});
