import type { ServableScorer } from "./text-scorer.js";

/** Answers one kind of request: takes its JSON body, gives the JSON to send. */
export type RouteHandler = (
  body: unknown,
  context: { scorer: ServableScorer; signal: AbortSignal },
) => Promise<unknown>;
