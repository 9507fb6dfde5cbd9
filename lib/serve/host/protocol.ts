/**
 * What the two ends of a scoring host say to each other. The shapes of the client's messages live in
 * `protocol-schema.ts`, where the host checks them; this file is free of dependencies, so a page can bundle it.
 *
 * Order of a connection: both ends say `hello`; then requests, each with an id of the client's choice. A request ends with
 * exactly one `result` or `error`, after all of its `results` if it is a stream; an `abort` ends it without an answer.
 *
 * Streams (`open`) are back-pressured in both directions by credits: the host tells with `want` how many more
 * conversations it can hold, the client tells with `taken` how many scores its caller has consumed. The host holds the client
 * to it: whoever sends more than was wanted loses the stream.
 */
import type { z } from "zod";
import type { BackboneStats } from "../../score/backbone/context.js";
import type { Placement } from "../../model/placement.js";
import type { ModelDescription, Progress, Score } from "../../score/score.js";
import type { clientMessageSchema } from "./protocol-schema.js";
import type { WireError } from "./wire-error.js";

/** Changes whenever an older peer could misread a message. */
export const PROTOCOL_VERSION = 3;

/** Most requests of one client at once, streams included. */
export const MAX_REQUESTS = 1024;

/** Most conversations, and most unread scores, that wait on one side of a stream. Bounds the memory of both ends. */
export const STREAM_WINDOW = 128;

/** What a client may send. */
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** The request-and-answer methods of a `Scorer`, by name. */
export type CallRequest = Extract<ClientMessage, { type: "call" }>["request"];

/** Options of a call that travel; callbacks and signals have messages of their own. */
export type WireOptions = Extract<ClientMessage, { type: "open" }>["options"];

/** Where the model of a host runs, and what it has done. A scorer that is no `RewardModel` may tell neither. */
export interface ScorerStatus {
  placement?: Placement | undefined;
  /** Tokens since the host's load. */
  stats?: Readonly<BackboneStats> | undefined;
}

/** One outcome of a stream. */
export type WireSettledScore = { score: Score } | { error: WireError };

/** What a host may send. */
export type HostMessage =
  | {
      type: "hello";
      protocol: number;
      /** Version of the package the host runs. */
      version: string;
      /** The model, when one is loaded already. */
      description: ModelDescription | null;
    }
  | { type: "result"; id: number; value: unknown }
  | { type: "error"; id: number; error: WireError }
  | { type: "progress"; id: number; progress: Progress }
  /** Answers `ping`. */
  | { type: "pong"; id: number }
  | { type: "want"; id: number; count: number }
  | { type: "results"; id: number; results: WireSettledScore[] };
