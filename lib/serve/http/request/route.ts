import type { z } from "zod";
import type { DatasetRows } from "../../../formats/rows.js";
import type { BackboneStats } from "../../../score/backbone/context.js";
import type { QueueState } from "../../../score/backbone/call-queue.js";
import type { Scorer, TextScorer } from "../../../score/score.js";

/** What is served: a scorer, which may also take rendered prompts, and tell how it does. */
export type ServableScorer = Scorer &
  Partial<TextScorer> & { readonly stats?: Readonly<BackboneStats>; readonly queue?: Readonly<QueueState> };

/** What a format scores with. */
export interface RouteContext {
  scorer: ServableScorer;
  signal: AbortSignal;
}

/** Answers one kind of request: takes its JSON body, gives the JSON to send. */
export type RouteHandler = (body: unknown, context: RouteContext) => Promise<unknown>;

/** Answers rows one by one, in order, each with the JSON of its line. */
export type LinesHandler = (rows: DatasetRows, context: RouteContext) => AsyncIterable<unknown>;

/** What is said of addresses that take POST. */
export interface EndpointDescription {
  paths: readonly string[];
  /** Whose format it is, and what it is for. */
  summary: string;
  /** What the handler checks bodies with. */
  body: z.ZodType;
  /** What it answers. */
  answer: z.ZodType;
  /** A body that works with any model. */
  example: object;
}

/** One wire format at its addresses. */
export interface Endpoint extends EndpointDescription {
  handler: RouteHandler;
  /** Where the format has one: for JSON Lines, or a list to be answered line by line. */
  lines?: LinesHandler;
}
