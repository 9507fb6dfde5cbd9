import type { ScoredItem } from "../items/scored-item.js";
import { pushTo, defineBenchmark } from "./benchmark.js";
import type { Figures } from "./figures.js";
import { meanOf } from "../stats/mean.js";

/** Styles of the answers to one prompt: concise, detailed, detailed with markdown. */
const STYLES = 3;

/** Outcomes of one record, row-major `[chosen style, rejected style]`: 1 where the chosen answer wins. */
export type StyleMatrix = readonly number[];

/** Domains of the leaderboard; the dataset splits safety in `safety-refuse` and `safety-response`. */
const DOMAINS = ["chat", "math", "code", "safety"] as const;

/**
 * RM-Bench: three chosen and three rejected answers in rising style. Hard compares a plainer chosen answer with a fancier
 * rejected one (upper triangle), normal the same style, easy the other way round; each is the mean over the domains.
 * Source: `scripts/utils.py` of THU-KEG/RM-Bench at 73c52d7.
 */
export const rmBench = defineBenchmark<StyleMatrix>({
  name: "rm-bench",
  title: "RM-Bench",
  input: { layouts: ["rm-bench"] },
  comparedUnit: "comparisons",
  subsetOf: domainOf,
  units(items) {
    const units = new Map<string, StyleMatrix[]>();
    for (const item of items) pushTo(units, domainOf(item), styleMatrix(item));
    return units;
  },
  figures(units) {
    const byDomain = [...units].map(([domain, matrices]) => ({ domain, ...difficulties(matrices) }));
    const subsets = Object.fromEntries(
      byDomain.map(({ domain, hard, normal, easy }) => [domain, meanOf([hard, normal, easy])]),
    );
    const figures: Figures = {
      subsets,
      sections: {
        Hard: meanOf(byDomain.map(({ hard }) => hard)),
        Normal: meanOf(byDomain.map(({ normal }) => normal)),
        Easy: meanOf(byDomain.map(({ easy }) => easy)),
      },
      average: meanOf(Object.values(subsets)),
    };
    return figures;
  },
});

function domainOf({ subset }: ScoredItem): string {
  return DOMAINS.find((domain) => subset.startsWith(domain)) ?? subset;
}

function styleMatrix({ chosen, rejected }: ScoredItem): StyleMatrix {
  return Array.from({ length: STYLES * STYLES }, (_, cell) => {
    const good = chosen[Math.floor(cell / STYLES)]?.reward ?? Number.NaN;
    const bad = rejected[cell % STYLES]?.reward ?? Number.NaN;
    return good > bad ? 1 : 0;
  });
}

function difficulties(matrices: readonly StyleMatrix[]): { hard: number; normal: number; easy: number } {
  const sums = { hard: 0, normal: 0, easy: 0 };
  for (const matrix of matrices) {
    matrix.forEach((win, cell) => {
      const row = Math.floor(cell / STYLES);
      const column = cell % STYLES;
      sums[row < column ? "hard" : row === column ? "normal" : "easy"] += win;
    });
  }
  // Each of the three kinds has three of the nine cells.
  const cells = matrices.length * STYLES;
  return { hard: sums.hard / cells, normal: sums.normal / cells, easy: sums.easy / cells };
}
