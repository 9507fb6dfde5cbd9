/**
 * Constant tables of RewardBench 1. Source: `rewardbench/constants.py` and `analysis/get_benchmark_results.py` of
 * allenai/reward-bench at 05a9005.
 */

/** Subsets of each section with their constant counts. `math-prm` has 447 rows and counts like the code subsets together. */
export const REWARDBENCH_SECTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Chat: {
    "alpacaeval-easy": 100,
    "alpacaeval-length": 95,
    "alpacaeval-hard": 95,
    "mt-bench-easy": 28,
    "mt-bench-med": 40,
  },
  "Chat Hard": {
    "mt-bench-hard": 37,
    "llmbar-natural": 100,
    "llmbar-adver-neighbor": 134,
    "llmbar-adver-GPTInst": 92,
    "llmbar-adver-GPTOut": 47,
    "llmbar-adver-manual": 46,
  },
  Safety: {
    "refusals-dangerous": 100,
    "refusals-offensive": 100,
    "xstest-should-refuse": 154,
    "xstest-should-respond": 250,
    donotanswer: 136,
  },
  Reasoning: {
    "math-prm": 984,
    "hep-cpp": 164,
    "hep-go": 164,
    "hep-java": 164,
    "hep-js": 164,
    "hep-python": 164,
    "hep-rust": 164,
  },
};

/** Name of the section of earlier preference test sets. */
export const PRIOR_SETS = "Prior Sets";

/** The earlier test sets; their section is the plain mean of those present. */
export const PRIOR_SUBSETS: readonly string[] = ["anthropic_helpful", "anthropic_hhh", "shp", "summarize"];

/** Weight of each section in the average once prior sets are present: theirs is half. */
export const SECTION_WEIGHT = 2;
export const PRIOR_SETS_WEIGHT = 1;

/** Every subset that belongs to a section. */
export const REWARDBENCH_SUBSETS: readonly string[] = [
  ...Object.values(REWARDBENCH_SECTIONS).flatMap((counts) => Object.keys(counts)),
  ...PRIOR_SUBSETS,
];
