import type { Redis } from "ioredis";
import { InvalidArgumentError, JobError } from "../../../errors.js";
import { messageOf } from "../../../util/caught.js";
import { optionalPackage } from "../../../util/optional-package.js";

/** BullMQ 6 needs it. Valkey calls itself 7.2 to old clients. */
const OLDEST = [6, 2] as const;
/** Longest pause between two attempts to reach a Redis that has gone. */
const LONGEST_PAUSE_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects to Redis. One that cannot be reached now is an error; one that goes away later is waited for.
 * @throws InvalidArgumentError no such URL; JobError `QUEUE_FAILED` not reached, too old, or set to forget jobs when memory is short
 */
export async function connectRedis(url: string): Promise<Redis> {
  checkUrl(url);
  const { Redis: Client } = await optionalPackage("ioredis", "QUEUE_FAILED", () => import("ioredis"));
  let isKnown = false;
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // BullMQ wants commands to wait for a Redis that comes back.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (isKnown ? Math.min(100 * attempt, LONGEST_PAUSE_MS) : null),
  });
  let failure: unknown;
  redis.on("error", (error) => {
    failure = error;
  });
  try {
    await redis.connect();
    checkServer(parseInfo(await redis.info()), url);
    isKnown = true;
    return redis;
  } catch (cause) {
    redis.disconnect();
    if (cause instanceof JobError) throw cause;
    throw new JobError(
      "QUEUE_FAILED",
      `Redis cannot be reached at ${shownUrl(url)}: ${messageOf(failure ?? cause)}. Start it (redis-server --maxmemory-policy noeviction ` +
        "--appendonly yes), or correct --queue.",
      { cause },
    );
  }
}

/** A URL without its password. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//…@");
}

function checkUrl(url: string): void {
  if (/^rediss?:\/\/[^/]/.test(url) && URL.canParse(url)) return;
  throw new InvalidArgumentError(
    `Expected redis://host:port, or rediss:// for TLS, for --queue but received ${shownUrl(url)}.`,
  );
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
    }),
  );
}

function checkServer(info: ReadonlyMap<string, string>, url: string): void {
  const version = info.get("redis_version") ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (version !== "" && (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))) {
    throw new JobError(
      "QUEUE_FAILED",
      `${shownUrl(url)} is Redis ${version}, and 6.2 or newer is needed, or Valkey. Update it.`,
    );
  }
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  if (policy === "noeviction" || (info.get("maxmemory") ?? "0") === "0") return;
  throw new JobError(
    "QUEUE_FAILED",
    `${shownUrl(url)} forgets jobs when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy to noeviction.`,
    { details: { policy } },
  );
}
