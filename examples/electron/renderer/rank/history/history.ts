import { isObject, readDraft } from "../../workspace/read-saved.js";
import type { Draft } from "../../workspace/draft.js";
import type { Ranking, RankingRun } from "../results/ranking.js";

const MOST_RUNS = 30;

/** Runs, newest first, with one more. */
export const withRun = (runs: readonly RankingRun[], run: RankingRun): RankingRun[] =>
  [run, ...runs].slice(0, MOST_RUNS);

/** What was ranked, for the editor. */
export function draftOf({ rankings }: RankingRun): Draft | undefined {
  const [first] = rankings;
  return first === undefined ? undefined : { messages: first.messages, candidates: first.candidates };
}

/** Runs as they were kept; what another version of the page wrote otherwise is left out. */
export function readRuns(value: unknown): RankingRun[] {
  return Array.isArray(value) ? value.filter(isRun) : [];
}

function isRun(value: unknown): value is RankingRun {
  return (
    isObject(value) &&
    typeof value["at"] === "number" &&
    Array.isArray(value["rankings"]) &&
    value["rankings"].length > 0 &&
    value["rankings"].every(isRanking)
  );
}

function isRanking(value: unknown): value is Ranking {
  if (!isObject(value) || !isObject(value["model"]) || readDraft(value) === undefined) return false;
  const { name, fingerprint } = value["model"];
  const areScores = Array.isArray(value["scores"]) && value["scores"].every(isScore);
  return typeof name === "string" && typeof fingerprint === "string" && areScores;
}

const isScore = (value: unknown): boolean =>
  isObject(value) &&
  typeof value["reward"] === "number" &&
  typeof value["index"] === "number" &&
  Array.isArray(value["warnings"]);
