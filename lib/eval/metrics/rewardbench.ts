import { pairMargin } from "../items/scored-item.js";
import { meansByKey, pushTo, defineBenchmark, type Figures } from "./benchmark.js";
import {
  PRIOR_SETS,
  PRIOR_SETS_WEIGHT,
  PRIOR_SUBSETS,
  REWARDBENCH_SECTIONS,
  SECTION_WEIGHT,
  REWARDBENCH_SUBSETS,
} from "./rewardbench-tables.js";

/**
 * RewardBench 1: a pair is right when reward(chosen) > reward(rejected); a tie counts 0.
 * Source: `scripts/run_rm.py` and `calculate_scores_per_section` of allenai/reward-bench at 05a9005.
 */
export const rewardBench = defineBenchmark<number>({
  name: "rewardbench",
  title: "RewardBench",
  input: {
    layouts: ["rewardbench", "pair", "message-pair"],
    subsets: REWARDBENCH_SUBSETS,
    split: "filtered",
  },
  units(items) {
    const units = new Map<string, number[]>();
    for (const item of items) pushTo(units, item.subset, pairMargin(item) > 0 ? 1 : 0);
    return units;
  },
  subsetsOf: (section) =>
    section === PRIOR_SETS ? PRIOR_SUBSETS : Object.keys(REWARDBENCH_SECTIONS[section] ?? {}),
  figures(units) {
    return rewardBenchSections(meansByKey(units));
  },
});

/**
 * Sections and average from subset accuracies. A section weights the subsets present by their constant counts; sections
 * without any subset are left out of the average. Unknown subsets are reported and belong to no section.
 * @example
 * ```ts
 * import { rewardBenchSections } from "llama-reward/eval";
 *
 * console.log(rewardBenchSections({ "alpacaeval-easy": 0.9, "math-prm": 0.8 }).sections);
 * ```
 */
export function rewardBenchSections(subsets: Readonly<Record<string, number>>): Figures {
  const sections: Record<string, number> = {};
  let sum = 0;
  let weights = 0;
  for (const [section, counts] of Object.entries(REWARDBENCH_SECTIONS)) {
    const accuracy = weightedMean(subsets, counts);
    if (accuracy === undefined) continue;
    sections[section] = accuracy;
    sum += SECTION_WEIGHT * accuracy;
    weights += SECTION_WEIGHT;
  }
  const prior = weightedMean(subsets, Object.fromEntries(PRIOR_SUBSETS.map((name) => [name, 1])));
  if (prior !== undefined) {
    sections[PRIOR_SETS] = prior;
    sum += PRIOR_SETS_WEIGHT * prior;
    weights += PRIOR_SETS_WEIGHT;
  }
  return { subsets: { ...subsets }, sections, average: sum / weights };
}

function weightedMean(
  values: Readonly<Record<string, number>>,
  weights: Readonly<Record<string, number>>,
): number | undefined {
  let sum = 0;
  let total = 0;
  for (const [name, weight] of Object.entries(weights)) {
    const value = values[name];
    if (value === undefined) continue;
    sum += value * weight;
    total += weight;
  }
  return total === 0 ? undefined : sum / total;
}
