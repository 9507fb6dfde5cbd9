import { pairMargin } from "../items/scored-item.js";
import { meansByKey, pushTo, defineBenchmark } from "./benchmark.js";
import type { Figures, FigureWeights } from "./figures.js";
import {
  PRIOR_SETS,
  PRIOR_SETS_WEIGHT,
  PRIOR_SUBSETS,
  REWARDBENCH_SECTIONS,
  SECTION_WEIGHT,
  REWARDBENCH_SUBSETS,
} from "./rewardbench-tables.js";

/** Subsets of each section, earlier test sets last, with what they weigh in it. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ...REWARDBENCH_SECTIONS,
  [PRIOR_SETS]: Object.fromEntries(PRIOR_SUBSETS.map((name) => [name, 1])),
};

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
  figures(units) {
    return rewardBenchSections(meansByKey(units));
  },
  weights: rewardBenchWeights,
  sectionOf: (subset) => Object.entries(SECTIONS).find(([, counts]) => Object.hasOwn(counts, subset))?.[0],
  whyNoAverage: (units) =>
    `none of the subsets (${[...units.keys()].join(", ")}) belongs to a section of RewardBench`,
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
  for (const [section, counts] of Object.entries(SECTIONS)) {
    const accuracy = weightedMean(subsets, counts);
    if (accuracy === undefined) continue;
    sections[section] = accuracy;
    sum += sectionWeight(section) * accuracy;
    weights += sectionWeight(section);
  }
  return { subsets: { ...subsets }, sections, average: sum / weights };
}

function sectionWeight(section: string): number {
  return section === PRIOR_SETS ? PRIOR_SETS_WEIGHT : SECTION_WEIGHT;
}

/** How much each subset that is present counts in its section, and by it in the average. */
function rewardBenchWeights(present: ReadonlyMap<string, number>): FigureWeights {
  const average = new Map<string, number>();
  const sections: Record<string, ReadonlyMap<string, number>> = {};
  for (const [section, counts] of Object.entries(SECTIONS)) {
    const own = Object.entries(counts).filter(([subset]) => present.has(subset));
    const total = own.reduce((sum, [, count]) => sum + count, 0);
    sections[section] = new Map(own);
    for (const [subset, count] of own) average.set(subset, (sectionWeight(section) * count) / total);
  }
  return { average, sections };
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
