import { describe, expect, it } from "vitest";
import { compareBytes, compareNumbers } from "../../scripts/cross/run/compare.mjs";

const outputs = (text: string): Map<string, string> => new Map([["score", text]]);

describe("compareBytes", () => {
  it("finds one other byte, and an output that is missing", () => {
    expect(compareBytes(outputs("1\n"), outputs("1\n"))).toEqual([]);
    expect(compareBytes(outputs("1\n"), outputs("1\r\n"))).toEqual(["score differs"]);
    expect(compareBytes(outputs("1\n"), new Map())).toEqual(["score differs"]);
  });
});

describe("compareNumbers", () => {
  const row = (reward: number, id = "a"): string => `${JSON.stringify({ id, reward, std: [1, 2] })}\n`;

  it("finds the largest difference, and one beyond the tolerance", () => {
    const near = compareNumbers(outputs(row(1) + row(2)), outputs(row(1.01) + row(2.005)), 0.02);
    expect(near.largest).toBeCloseTo(0.01, 12);
    expect(near.problems).toEqual([]);
    expect(compareNumbers(outputs(row(1)), outputs(row(1.1)), 0.02).problems).toHaveLength(1);
  });

  it("takes no other text, field, row or number that is none for near", () => {
    for (const other of [row(1, "b"), row(1) + row(1), '{"id":"a","reward":1}\n', row(NaN)])
      expect(compareNumbers(outputs(row(1)), outputs(other), 0.02).problems, other).toHaveLength(1);
  });
});
