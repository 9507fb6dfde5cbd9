import type { Benchmark } from "../metrics/benchmark.js";
import type { ScoredItem } from "../items/scored-item.js";
import { decisivePairs, type DecisivePair } from "./decisive-pair.js";

/** The pairs by whose margins a benchmark judges, so that their share above zero is its accuracy. */
export function comparedPairs(benchmark: Benchmark, items: Iterable<ScoredItem>): Iterable<DecisivePair> {
  return benchmark.comparedUnit === "comparisons" ? everyPair(items) : decisivePairs(items);
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
