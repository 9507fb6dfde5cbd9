import { describe, expect, it } from "vitest";
import { breakdownOf } from "../../../../../examples/electron/renderer/rank/results/breakdown.js";
import type { Score } from "../../../../../lib/score/score.js";

const score = (reward: number, attributes?: Score["attributes"]): Score => ({
  reward,
  tokenCount: 1,
  warnings: [],
  ...(attributes === undefined ? {} : { attributes }),
});

describe("what a reward is made of", () => {
  it("is gate times mean, largest first, and sums to the reward", () => {
    const breakdown = breakdownOf(
      score(2 - 3 + 0.5, {
        a: { mean: 2, std: 0.1, gate: 0.25 },
        b: { mean: -1, gate: 3 },
        c: { mean: 4, gate: 0.5 },
      }),
    );
    expect(breakdown?.kind).toBe("gate");
    expect(breakdown?.rows.map(({ name, part }) => [name, part])).toEqual([
      ["b", -3],
      ["c", 2],
      ["a", 0.5],
    ]);
    expect(breakdown?.rows[2]).toEqual({ name: "a", mean: 2, std: 0.1, weight: 0.25, part: 0.5 });
  });

  it("is coefficient times mean in a mixture, whose gate weighs something else", () => {
    const breakdown = breakdownOf(
      score(1.5, {
        a: { mean: 1, gate: 0.9, adjusted: 1.2, coefficient: 2 },
        b: { mean: 1, gate: 0.1, adjusted: 0.3, coefficient: -0.5 },
      }),
    );
    expect(breakdown?.kind).toBe("mixture");
    expect(breakdown?.rows.map(({ part }) => part)).toEqual([2, -0.5]);
  });

  it("has fixed weights where there is no gate", () => {
    expect(breakdownOf(score(2, { a: { mean: 1, coefficient: 2 } }))?.kind).toBe("fixed");
  });

  it.each<[string, number, NonNullable<Score["attributes"]>]>([
    ["attributes have no weights", 1, { cost: { mean: 3 }, other: { mean: 1 } }],
    ["some have none", 2, { a: { mean: 2, gate: 1 }, b: { mean: 1 } }],
    ["the parts do not come to the reward", 5, { a: { mean: 2, gate: 1 } }],
    ["a part is no number", 2, { a: { mean: NaN, gate: 1 } }],
  ])("shows values only where %s", (_, reward, attributes) => {
    const breakdown = breakdownOf(score(reward, attributes));
    expect(breakdown?.kind).toBe("values");
    expect(breakdown?.rows.map(({ part, weight }) => part ?? weight)).toEqual(
      Object.keys(attributes).map(() => undefined),
    );
  });

  it("is nothing without attributes", () => {
    expect(breakdownOf(score(1))).toBe(undefined);
    expect(breakdownOf(score(1, {}))).toBe(undefined);
  });
});
