import { z } from "zod";

/** Answers of another server, of which the best is chosen. */
export interface UpstreamOptions {
  /** Base address of an OpenAI-compatible API, e.g. `http://127.0.0.1:11434/v1`. */
  url: string;
  /** The upstream's key. Default: what the client sends as `Authorization`, unless this server wants a token of its own. */
  key?: string | undefined;
  /** Answers that are sampled for each request. Default 4. */
  bestOf?: number | undefined;
  /** Sample again until an answer has this reward … */
  minReward?: number | undefined;
  /** … and no larger standard deviation than this … */
  maxStd?: number | undefined;
  /** … or so many were sampled. Default: four times `bestOf`. */
  maxSamples?: number | undefined;
  /** Time for one answer of the upstream. Default 600 s. */
  timeoutMs?: number | undefined;
  /** A JSON Lines file to which the best and the worst answer of each request are appended, as pairs for DPO. */
  logPairs?: string | undefined;
}

const count = z.int().positive();

export const upstreamSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  key: z.string().min(1).optional(),
  bestOf: count.max(256).default(4),
  minReward: z.number().optional(),
  maxStd: z.number().min(0).optional(),
  maxSamples: count.max(4096).optional(),
  timeoutMs: count.max(2 ** 31 - 1).default(600_000),
  logPairs: z.string().min(1).optional(),
});

export type UpstreamSettings = z.infer<typeof upstreamSchema>;
