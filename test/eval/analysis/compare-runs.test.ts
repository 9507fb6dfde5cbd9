import { describe, expect, it } from "vitest";
import { compareRuns } from "../../../lib/eval/analysis/compare-runs.js";
import { ScoreTable } from "../../../lib/eval/items/score-table.js";
import { BENCHMARKS } from "../../../lib/eval/metrics/index.js";

/** A run over records 0, 1, …, right where told. */
function run(name: string, outcomes: readonly (boolean | undefined)[], subset = "s") {
  const items = new ScoreTable();
  outcomes.forEach((isRight, position) => {
    if (isRight === undefined) return;
    const reward = isRight ? 1 : -1;
    items.add({ position, id: String(position), subset, chosen: [{ reward }], rejected: [{ reward: 0 }] });
  });
  return { name, scores: `${name}.jsonl`, items };
}

const repeated = (...counts: [boolean, number][]): boolean[] =>
  counts.flatMap(([value, count]) => Array.from({ length: count }, () => value));

describe("compareRuns", () => {
  it("gives every difference with the interval of a paired sample", () => {
    // Of 400 records 60 are right only in the first, 20 only in the second.
    const first = run("a", repeated([true, 260], [false, 60], [true, 60], [false, 20]));
    const second = run("b", repeated([true, 260], [false, 60], [false, 60], [true, 20]));
    const { records, runs, differences } = compareRuns(BENCHMARKS.pairs, [first, second], {
      resamples: 4000,
    });
    expect(records).toBe(400);
    expect(runs.map(({ right, average }) => [right, average])).toEqual([
      [320, 0.8],
      [280, 0.7],
    ]);
    const [only] = differences;
    expect(only).toMatchObject({ first: 0, second: 1, mcnemar: { onlyFirst: 60, onlySecond: 20 } });
    expect(only?.average.difference).toBeCloseTo(0.1, 12);
    // Normal approximation of paired shares: 0.1 ± 1.96 · sqrt(80 / 400² − 40² / 400³). Unpaired it would be ± 0.060.
    expect(only?.average.interval[0]).toBeCloseTo(0.0573, 2);
    expect(only?.average.interval[1]).toBeCloseTo(0.1427, 2);
    expect((only?.average.interval[1] ?? 1) - (only?.average.interval[0] ?? 0)).toBeLessThan(0.095);
    expect(only?.subsets["s"]?.difference).toBeCloseTo(0.1, 12);
    expect(only?.adjustedPValue).toBe(only?.mcnemar.pValue);
  });

  it("takes any number of runs, over the records that all have, and adjusts for their number", () => {
    const a = run("a", [undefined, ...repeated([true, 40])]);
    const b = run("b", repeated([false, 11], [true, 30]));
    const c = run("c", [...repeated([true, 20], [false, 20]), undefined]);
    const comparison = compareRuns(BENCHMARKS.pairs, [a, b, c], { resamples: 100 });
    expect(comparison).toMatchObject({ records: 39, isTooFew: false });
    expect(comparison.runs.map(({ name, right }) => [name, right])).toEqual([
      ["a", 39],
      ["b", 29],
      ["c", 19],
    ]);
    expect(comparison.differences.map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    const [ab] = comparison.differences;
    // 2 / 2^10, the second smallest of three p-values.
    expect(ab?.mcnemar.pValue).toBeCloseTo(2 / 2 ** 10, 12);
    expect(ab?.adjustedPValue).toBeCloseTo((2 * 2) / 2 ** 10, 12);
  });

  it("does not make certainty of runs that never disagree", () => {
    const same = repeated([true, 15], [false, 5]);
    const { differences, isTooFew } = compareRuns(BENCHMARKS.pairs, [run("a", same), run("b", same)]);
    expect(isTooFew).toBe(true);
    // Newcombe's 0 of 20: up to 16.11 % may disagree.
    const [low, high] = differences[0]?.average.interval ?? [0, 0];
    expect(low).toBeCloseTo(-0.1611, 4);
    expect(high).toBeCloseTo(0.1611, 4);
  });

  it("knows no difference of more than 100 points", () => {
    const right = run("a", repeated([true, 20]));
    const wrong = run("b", repeated([false, 20]));
    const [low, high] = compareRuns(BENCHMARKS.pairs, [right, wrong]).differences[0]?.average.interval ?? [];
    // Newcombe's 20 of 20.
    expect(low).toBeCloseTo(0.8389, 4);
    expect(high).toBe(1);
    const swapped = compareRuns(BENCHMARKS.pairs, [wrong, right]).differences[0]?.average.interval;
    expect(swapped?.[0]).toBe(-1);
  });

  it("refuses runs without a common record", () => {
    expect(() => compareRuns(BENCHMARKS.pairs, [run("a", [true]), run("b", [undefined, true])])).toThrow(
      /b\.jsonl has no score of a record that this run has/,
    );
  });
});
