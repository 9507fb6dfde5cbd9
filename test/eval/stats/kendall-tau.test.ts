import { describe, expect, it } from "vitest";
import { kendallTauB } from "../../../lib/eval/stats/kendall-tau.js";
import { seededDraw } from "../../../lib/eval/stats/random.js";

/** The definition, pair by pair. */
function byPairs(first: readonly number[], second: readonly number[]): number {
  let difference = 0;
  let orderedFirst = 0;
  let orderedSecond = 0;
  for (let a = 0; a < first.length; a++) {
    for (let b = a + 1; b < first.length; b++) {
      const x = Math.sign((first[a] ?? 0) - (first[b] ?? 0));
      const y = Math.sign((second[a] ?? 0) - (second[b] ?? 0));
      difference += x * y;
      orderedFirst += x * x;
      orderedSecond += y * y;
    }
  }
  return difference / Math.sqrt(orderedFirst * orderedSecond);
}

describe("kendallTauB", () => {
  it.each<[string, number[], number[], number]>([
    ["the same order", [1, 2, 3, 4], [10, 20, 30, 40], 1],
    ["the opposite order", [1, 2, 3, 4], [4, 3, 2, 1], -1],
    // One of the six pairs is turned around: (5 − 1) / 6.
    ["one swap", [1, 2, 3, 4], [1, 3, 2, 4], 2 / 3],
    // Ten pairs; the first list orders 8 of them (12 and 2 come twice), the second 9 (1 comes twice). 2 pairs agree and
    // 6 do not: −4 / √72 = −0.4714, the example in the documentation of SciPy's kendalltau.
    ["ties in both lists", [12, 2, 1, 12, 2], [1, 4, 7, 1, 0], -4 / Math.sqrt(72)],
    // Three pairs, two of them ordered by the first list, all by the second: 2 / √6.
    ["a tie in one list", [1, 1, 2], [1, 2, 3], 2 / Math.sqrt(6)],
  ])("of %s", (_, first, second, expected) => {
    expect(kendallTauB(first, second)).toBeCloseTo(expected, 14);
    expect(kendallTauB(second, first)).toBeCloseTo(expected, 14);
  });

  it("is not defined where a list has one value only", () => {
    expect(kendallTauB([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(kendallTauB([1], [1])).toBeNaN();
    expect(kendallTauB([], [])).toBeNaN();
  });

  it("agrees with the definition on random lists with many ties", () => {
    const draw = seededDraw(1);
    for (let round = 0; round < 200; round++) {
      const length = 2 + draw(40);
      const list = (): number[] => Array.from({ length }, () => draw(1 + draw(30)) - 10);
      const [first, second] = [list(), list()];
      const expected = byPairs(first, second);
      if (Number.isNaN(expected)) expect(kendallTauB(first, second)).toBeNaN();
      else expect(kendallTauB(first, second)).toBeCloseTo(expected, 12);
    }
  });

  it("takes a hundred thousand values", () => {
    const draw = seededDraw(2);
    const first = Array.from({ length: 100_000 }, () => draw(1e9));
    const second = first.map((value) => value + draw(1000));
    expect(kendallTauB(first, second)).toBeGreaterThan(0.999);
  });
});
