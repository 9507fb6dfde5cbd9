import { describe, expect, it } from "vitest";
import { sliceRequests } from "../../../lib/score/backbone/slices.js";

/** A request of `length` tokens that no other one shares. */
const request = (index: number, length: number): { tokens: Int32Array; positions: number[] } => ({
  tokens: Int32Array.from({ length }, (_, position) => 10_000 * (index + 1) + position),
  positions: [length - 1],
});

describe("sliceRequests", () => {
  it("cuts a call after about so many tokens, every request once", () => {
    const slices = sliceRequests(
      Array.from({ length: 6 }, (_, index) => request(index, 100)),
      200,
      64,
    );
    expect(slices.map((slice) => slice.length)).toEqual([2, 2, 2]);
    expect(slices.flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("computes a few tokens at the end with the others", () => {
    const requests = [request(0, 100), request(1, 100), request(2, 100), request(3, 20)];
    const slices = sliceRequests(requests, 200, 64);
    expect(slices.flat().sort()).toEqual([0, 1, 2, 3]);
    // Whatever the order of the requests is: none of the slices is the short one alone.
    for (const slice of slices) {
      const tokens = slice.reduce((sum, index) => sum + (requests[index]?.tokens.length ?? 0), 0);
      expect(tokens).toBeGreaterThanOrEqual(64);
    }
  });
});
