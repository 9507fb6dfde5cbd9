import type { BenchmarkName } from "../metrics/index.js";
import type { ScoredItem } from "../items/scored-item.js";
import { decisivePairs, type DecisivePair } from "./decisive-pair.js";

/** What one of the pairs below stands for, in words. */
export type ComparedUnit = "records" | "comparisons";

/** RM-Bench counts each of a record's nine comparisons for itself, the others count records. */
export function comparedUnit(benchmark: BenchmarkName): ComparedUnit {
  return benchmark === "rm-bench" ? "comparisons" : "records";
}

/** The pairs by whose margins a benchmark judges, so that their share above zero is its accuracy. */
export function comparedPairs(benchmark: BenchmarkName, items: Iterable<ScoredItem>): Iterable<DecisivePair> {
  return comparedUnit(benchmark) === "comparisons" ? everyPair(items) : decisivePairs(items);
}

/** Every chosen against every rejected candidate of a record, as far as both are scored. */
function* everyPair(items: Iterable<ScoredItem>): Iterable<DecisivePair> {
  for (const item of items) {
    for (const chosen of item.chosen) {
      for (const rejected of item.rejected) {
        const margin = chosen.reward - rejected.reward;
        if (Number.isFinite(margin)) yield { item, chosen, rejected, margin };
      }
    }
  }
}
