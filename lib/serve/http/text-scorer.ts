import type { Scorer, TextScorer } from "../../score/score.js";

/** What is served: a scorer, which may also take rendered prompts. */
export type ServableScorer = Scorer & Partial<TextScorer>;
