import { z } from "zod";
import { InvalidArgumentError } from "../../../errors.js";
import { upstreamSchema, type UpstreamOptions } from "./upstream-settings.js";
import { zodProblems } from "../../../util/zod-problems.js";

/** How requests are logged, a line each: JSON, text for people, or not at all. */
export type AccessLogForm = "json" | "text" | "none";

/** What `RewardServer.start` may be told. Sizes in bytes, UTF-16 units (`Chars`) or pieces, times in milliseconds. */
export interface RewardServerOptions {
  /** Default: the loopback interface. Any other needs a token. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** A Unix socket (on Windows a named pipe) to listen on, in place of host and port. */
  socketPath?: string | undefined;
  /** Wanted as `Authorization: Bearer …` on every request but those for the health. */
  token?: string | undefined;
  /** Pages of these origins may ask, such as `https://app.example`; by default only pages of the server's own address. */
  origins?: readonly string[] | undefined;
  /** Default 32 MiB: some thousand long conversations. Of a packed body it is the unpacked size. */
  maxBodyBytes?: number | undefined;
  /** Texts, pairs, candidates or records in one request. Default 10,000; a stream of records may have any number. */
  maxItems?: number | undefined;
  /** Length of all texts of one item. Default 4 Mi. */
  maxItemChars?: number | undefined;
  /** Requests at work at once. Default 256. */
  maxRequests?: number | undefined;
  /** Requests that wait for their turn; more are turned away with 429. Default 4096. */
  maxQueue?: number | undefined;
  /** Time for a request's head to arrive. Default 10 s. */
  headerMs?: number | undefined;
  /** Time for a whole body to arrive, but for streams of records. Default 120 s. */
  bodyMs?: number | undefined;
  /** Time without a byte of a body that is on its way. Default 10 s. */
  idleMs?: number | undefined;
  /** Time for a client to take more of its answer. Default 60 s. */
  answerIdleMs?: number | undefined;
  /** Time from a whole body to its answer, the wait for a turn included. Default 600 s; a stream of records may take longer. */
  workMs?: number | undefined;
  /** Time that an idle connection is kept. Default 75 s: longer than clients and balancers keep theirs, so that they end it. */
  keepAliveMs?: number | undefined;
  /** Another server's chat completions, of which the best is answered at `/v1/chat/completions`. */
  upstream?: UpstreamOptions | undefined;
  /** Default `none`. */
  log?: AccessLogForm | undefined;
  /** Takes the lines of the log. Default: standard error. */
  onLog?: ((line: string) => void) | undefined;
  /** Told about failures that are not the client's. */
  onError?: ((error: unknown) => void) | undefined;
}

const MIB = 2 ** 20;
/** The longest time a timer of Node's can wait. */
const LONGEST_MS = 2 ** 31 - 1;

const count = z.int().positive();
const time = z.int().positive().max(LONGEST_MS);
const listener = z.custom<(given: never) => void>(
  (value) => typeof value === "function",
  "expected a function",
);

const schema = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(0),
  socketPath: z.string().min(1).optional(),
  token: z.string().default(""),
  origins: z.array(z.string()).default([]),
  maxBodyBytes: count.default(32 * MIB),
  maxItems: count.default(10_000),
  maxItemChars: count.default(4 * MIB),
  maxRequests: count.default(256),
  maxQueue: z.int().nonnegative().default(4096),
  headerMs: time.default(10_000),
  bodyMs: time.default(120_000),
  idleMs: time.default(10_000),
  answerIdleMs: time.default(60_000),
  workMs: time.default(600_000),
  keepAliveMs: time.default(75_000),
  upstream: upstreamSchema.optional(),
  log: z.enum(["json", "text", "none"]).default("none"),
  onLog: listener.optional(),
  onError: listener.optional(),
});

/** {@link RewardServerOptions} with everything decided. */
export type ServerSettings = Omit<z.infer<typeof schema>, "onLog" | "onError"> &
  Pick<RewardServerOptions, "onLog" | "onError">;

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Whether a name is this computer's own, which no other computer reaches. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** @throws InvalidArgumentError a wrong value, an unknown option, an address for other computers without a token */
export function serverSettings(options: RewardServerOptions): ServerSettings {
  const result = schema.safeParse(options);
  if (!result.success) {
    const problems = zodProblems(result.error, "options");
    throw new InvalidArgumentError(`No server starts with these options. ${problems.join("; ")}.`, {
      details: { problems },
    });
  }
  const { host, socketPath, token } = result.data;
  if (socketPath === undefined && !isLoopback(host) && token === "") {
    throw new InvalidArgumentError(
      `Listening on ${host} lets other computers in, so a token is needed: set LLAMA_REWARD_TOKEN.`,
    );
  }
  return result.data as ServerSettings;
}
