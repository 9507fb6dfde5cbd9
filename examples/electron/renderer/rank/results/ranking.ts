import type { Message, ModelDescription, RankedScore } from "llama-reward/electron/renderer";
import type { Candidate } from "../../workspace/draft.js";

/** The model that ranked, as far as a reader of its results has to know it. */
export interface RankingModel extends Pick<ModelDescription, "name" | "headKind" | "type" | "task"> {
  fingerprint: string;
  /** Bradley-Terry temperature, where one was fitted. */
  temperature: number | undefined;
}

/** What one model said of some answers, with all that it was asked. Plain data, so that it can be kept. */
export interface Ranking {
  model: RankingModel;
  messages: readonly Message[];
  candidates: readonly Candidate[];
  /** By reward, best first; `index` counts the candidates. Empty for models that only compare. */
  scores: readonly RankedScore[];
  /** Probability that the first candidate is better than the second; only with two of them. */
  probability: number | undefined;
  elapsedMs: number;
}

/** What was ranked by one model, or by two of them. */
export interface RankingRun {
  /** Milliseconds since 1970. */
  at: number;
  rankings: readonly Ranking[];
}

export function modelOf({
  name,
  headKind,
  type,
  task,
  fingerprint,
  calibration,
}: ModelDescription): RankingModel {
  return { name, headKind, type, task, fingerprint, temperature: calibration?.temperature };
}
