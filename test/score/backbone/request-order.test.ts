import { describe, expect, it } from "vitest";
import { depthFirstOrder } from "../../../lib/score/backbone/request-order.js";

const request = (...tokens: number[]): { tokens: Int32Array; positions: number[] } => ({
  tokens: Int32Array.from(tokens),
  positions: [tokens.length - 1],
});

describe("depthFirstOrder", () => {
  it("brings requests with a common prefix together, every one once", () => {
    const order = depthFirstOrder([
      request(1, 2, 3),
      request(7, 8),
      request(1, 2, 4),
      request(7, 9),
      request(1, 2),
    ]);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    const place = (index: number): number => order.indexOf(index);
    expect(Math.max(place(1), place(3)) - Math.min(place(1), place(3))).toBe(1);
    expect(Math.max(place(0), place(2), place(4)) - Math.min(place(0), place(2), place(4))).toBe(2);
  });

  it("keeps equal requests, and one alone", () => {
    expect(depthFirstOrder([request(1, 2), request(1, 2)])).toHaveLength(2);
    expect(depthFirstOrder([request(5)])).toEqual([0]);
  });
});
