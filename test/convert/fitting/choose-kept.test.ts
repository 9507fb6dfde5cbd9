import { expect, it } from "vitest";
import { chooseKept, type MeasuredGroup } from "../../../lib/convert/fitting/choose-kept.js";

const group = (extraBytes: number, ...errors: number[]): MeasuredGroup => ({ names: [], extraBytes, errors });

it("keeps nothing where the bound holds", () => {
  expect(chooseKept([group(1, 0.1)], [0.1], { bound: 0.1 })).toEqual(new Set());
});

it("keeps what takes most off for its bytes", () => {
  // The second takes as much off as the first, for half the bytes; the third adds an error of the other sign, which helps.
  const groups = [group(20, 0.3, 0), group(10, 0.3, 0), group(1, -0.1, 0)];
  expect(chooseKept(groups, [0.5, 0], { bound: 0.25 })).toEqual(new Set([1]));
  expect(chooseKept(groups, [0.5, 0], { bound: 0.1 })).toEqual(new Set([1, 0]));
});

it("goes on from what is kept, with what was measured then", () => {
  const groups = [group(1, 0.3), group(1, 0.1), group(1, 0.2)];
  expect(chooseKept(groups, [0.25], { bound: 0.1, kept: new Set([0]) })).toEqual(new Set([0, 2]));
});

it("ends with everything kept where the bound cannot hold", () => {
  expect(chooseKept([group(1, 0.1), group(1, 0.1)], [9], { bound: 0.1 })).toEqual(new Set([0, 1]));
});

it("keeps what helps while there is room where no bound is given", () => {
  const groups = [group(20, 0.3), group(10, 0.1), group(5, -0.2), group(4, 0.05)];
  expect(chooseKept(groups, [0.4], { bound: 0, room: 25 })).toEqual(new Set([1, 3]));
  expect(chooseKept(groups, [0.4], { bound: 0, room: 3 })).toEqual(new Set());
  expect(chooseKept(groups, [0.4], { bound: 0.01, room: 19 })).toEqual(new Set([1, 3, 2]));
});
