import { describe, expect, it } from "vitest";
import { orderedBy } from "../../../../../examples/electron/renderer/rank/results/order.js";
import type { Ranking } from "../../../../../examples/electron/renderer/rank/results/ranking.js";
import { verdictOf } from "../../../../../examples/electron/renderer/rank/results/verdict.js";
import { named } from "../../../../../examples/electron/renderer/workspace/draft.js";

type Given = readonly (readonly [reward: number, std?: number])[];

function verdict(given: Given, rest: Partial<Ranking> = {}, settings = {}): ReturnType<typeof verdictOf> {
  const scores = given
    .map(([reward, std], index) => ({
      ...{ reward, index, rank: 0, tokenCount: 1, warnings: [] },
      ...(std === undefined ? {} : { std }),
    }))
    .sort((a, b) => b.reward - a.reward);
  const ranking: Ranking = {
    model: { name: "m", headKind: "h", type: "f32", task: "score", fingerprint: "f", temperature: undefined },
    messages: [],
    candidates: named(given.map(String)),
    scores,
    probability: undefined,
    elapsedMs: 1,
    ...rest,
  };
  return verdictOf(ranking, orderedBy(ranking.scores, settings));
}

const calibrated = (temperature: number): Partial<Ranking> => ({
  model: { name: "m", headKind: "h", type: "f32", task: "score", fingerprint: "f", temperature },
});

describe("the verdict", () => {
  it("names the best", () => {
    expect(verdict([[1], [3], [2]])).toEqual({ text: "B is best of 3", close: [] });
    expect(verdict([[1], [3]], { probability: 0.1 }).text).toBe("B is better");
  });

  it("says which are too close to call, by their std or by the calibration", () => {
    expect(
      verdict([
        [3, 0.5],
        [1, 0.2],
        [2.2, 0.4],
      ]),
    ).toEqual({
      text: "A and C are too close to call",
      close: ["A", "C"],
    });
    expect(verdict([[3], [2.9], [1]], calibrated(1)).text).toBe("A and B are too close to call");
    expect(verdict([[3], [2.9], [1]]).text).toBe("A is best of 3");
  });

  it("goes by the best, not from one to the next", () => {
    expect(
      verdict([
        [3, 0.5],
        [2.2, 0.5],
        [1.4, 0.5],
      ]).close,
    ).toEqual(["A", "B"]);
  });

  it("knows a tie, and a model that abstains", () => {
    expect(verdict([[3], [3]]).text).toBe("A tie at the top");
    expect(
      verdict(
        [
          [3, 2],
          [1, 2],
        ],
        {},
        { maxStd: 1 },
      ).text,
    ).toBe("The model is too unsure of every answer");
    expect(
      verdict(
        [
          [3, 2],
          [1, 0.5],
        ],
        {},
        { maxStd: 1 },
      ).text,
    ).toBe("B is best of 2");
  });

  it("is the probability's where there are no rewards", () => {
    const of = (probability: number): string => verdict([[1], [2]], { scores: [], probability }).text;
    expect([of(0.7), of(0.5), of(0.2)]).toEqual(["A is better", "A tie", "B is better"]);
  });
});

it("a penalty changes the order, and is refused without a std", () => {
  const scores = [
    { reward: 3, std: 3, index: 0, rank: 1, tokenCount: 1, warnings: [] },
    { reward: 2, std: 0.5, index: 1, rank: 2, tokenCount: 1, warnings: [] },
  ];
  expect(orderedBy(scores, { penalty: 1 }).map(({ score, adjusted }) => [score.index, adjusted])).toEqual([
    [1, 1.5],
    [0, 0],
  ]);
  expect(orderedBy(scores, {}).map(({ adjusted }) => adjusted)).toEqual([undefined, undefined]);
  expect(() =>
    orderedBy([{ reward: 1, index: 0, rank: 1, tokenCount: 1, warnings: [] }], { penalty: 1 }),
  ).toThrow(/predicts no uncertainty/);
});
