import type { Scorer, TextScorer } from "../../../score/score.js";

/** Answers one kind of request: takes its JSON body, gives the JSON to send. */
export type RouteHandler = (
  body: unknown,
  context: { scorer: ServableScorer; signal: AbortSignal },
) => Promise<unknown>;

/** What is served: a scorer, which may also take rendered prompts. */
export type ServableScorer = Scorer & Partial<TextScorer>;
