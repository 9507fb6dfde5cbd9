import { InvalidArgumentError } from "../../errors.js";
import type { ScoredItems } from "../items/score-table.js";
import type { ScoredItem } from "../items/scored-item.js";
import type { Benchmark } from "../metrics/benchmark.js";
import type { FigureDifferences, Measurement } from "../metrics/figures.js";
import type { BootstrapOptions } from "../stats/bootstrap.js";
import { holmAdjusted, mcnemarTest, type McNemar } from "../stats/mcnemar.js";
import { isTooFew } from "../stats/wilson.js";
import { decisivePairs } from "./decisive-pair.js";

/** Scores of one run, to stand beside others. */
export interface Run {
  /** What to call it; no two of a comparison are called the same. */
  name: string;
  /** The score file. */
  scores: string;
  items: ScoredItems;
}

/** One run of a comparison: its figures over the records that all runs have, for others may be harder or easier. */
export interface ComparedRun extends Measurement {
  name: string;
  scores: string;
  /** Records of which it prefers the right answer. */
  right: number;
}

/** One run minus another, by their places in the comparison. */
export interface RunDifference extends FigureDifferences {
  first: number;
  second: number;
  mcnemar: McNemar;
  /** McNemar's p-value times what testing every two runs asks for, after Holm. */
  adjustedPValue: number;
}

/** Several runs side by side over the same records. */
export interface RunComparison {
  /** Records that all runs have. */
  records: number;
  /** Whether these are too few to tell runs apart. */
  isTooFew: boolean;
  /** This run first, then the others as they were given. */
  runs: ComparedRun[];
  /** Every two of them. */
  differences: RunDifference[];
}

/**
 * Compares runs over the records that all of them have.
 * @param runs this one first
 * @throws InvalidArgumentError no record is in all of them
 */
export function compareRuns(
  benchmark: Benchmark,
  runs: readonly Run[],
  bootstrap?: BootstrapOptions,
): RunComparison {
  const common = commonPositions(runs);
  // Looked at one by one each time: as objects, records of many runs would not fit into memory.
  const items = runs.map((run) => ({ [Symbol.iterator]: () => itemsAt(run.items, common) }));
  const joint = benchmark.measureJointly(items, bootstrap);
  const outcomes = items.map((own) => Array.from(own, isRight));
  const pairs = runs.flatMap((_, first) =>
    runs.slice(first + 1).map((__, index) => ({ first, second: first + 1 + index })),
  );
  const tests = pairs.map(({ first, second }) => mcnemarTest(outcomes[first] ?? [], outcomes[second] ?? []));
  const adjusted = holmAdjusted(tests.map(({ pValue }) => pValue));
  return {
    records: common.size,
    isTooFew: isTooFew(common.size),
    runs: joint.measurements.map((measurement, index) => ({
      name: runs[index]?.name ?? "",
      scores: runs[index]?.scores ?? "",
      right: outcomes[index]?.filter(Boolean).length ?? 0,
      ...measurement,
    })),
    differences: pairs.map(({ first, second }, index) => ({
      first,
      second,
      mcnemar: tests[index] ?? { onlyFirst: 0, onlySecond: 0, pValue: 1 },
      adjustedPValue: adjusted[index] ?? 1,
      ...joint.difference(first, second),
    })),
  };
}

function commonPositions(runs: readonly Run[]): ReadonlySet<number> {
  let common: Set<number> | undefined;
  for (const { scores, items } of runs) {
    const own = new Set<number>();
    for (const { position } of items) if (common?.has(position) !== false) own.add(position);
    if (own.size === 0) {
      throw new InvalidArgumentError(
        `${scores} has no score of a record that this run has. Scores are matched by id: check that --against belongs ` +
          "to the same data.",
      );
    }
    common = own;
  }
  return common ?? new Set();
}

function* itemsAt(items: ScoredItems, positions: ReadonlySet<number>): Generator<ScoredItem> {
  for (const item of items) if (positions.has(item.position)) yield item;
}

/** A record that could not be scored counts as wrong. */
function isRight(item: ScoredItem): boolean {
  const [pair] = decisivePairs([item]);
  return pair !== undefined && pair.margin > 0;
}
