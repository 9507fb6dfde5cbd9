import type { Exchange } from "./exchange.js";
import { HttpError } from "./http-error.js";

/** Time that a request may be worked on. */
export interface WorkTime {
  readonly limitMs: number;
  /** Whether the client set it: then it is for all of a stream, too. */
  readonly isOwn: boolean;
  /** What a request that takes longer ends with. */
  readonly late: () => HttpError;
}

/** A day, in seconds: longer ones are the server's limit anyway. */
const LONGEST_WAIT_S = 86_400;

/**
 * The server's limit, or a client's own where that is shorter: `Prefer: wait=N`, seconds (RFC 7240, section 4.3).
 * @throws HttpError 400 a wait that is no number of seconds
 */
export function workTimeOf(prefer: string | readonly string[] | undefined, serverMs: number): WorkTime {
  const seconds = preferredWait([prefer ?? []].flat().join(","));
  const ownMs = seconds === undefined ? Infinity : seconds * 1000;
  if (ownMs < serverMs) return { limitMs: ownMs, isOwn: true, late: () => tooLateForClient(seconds) };
  return { limitMs: serverMs, isOwn: false, late: () => tooLateForServer(serverMs) };
}

/** Aborts an exchange when a job takes too long. */
export async function withinWorkTime<Result>(
  exchange: Exchange,
  { limitMs, late }: WorkTime,
  job: () => Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(() => {
    exchange.abort(late());
  }, limitMs);
  try {
    return await job();
  } finally {
    clearTimeout(timer);
  }
}

/** Aborts an exchange that is not answered to its end in its client's own time. */
export function limitWholeAnswer(exchange: Exchange, { limitMs, isOwn, late }: WorkTime): void {
  if (!isOwn) return;
  const timer = setTimeout(() => {
    exchange.abort(late());
  }, limitMs);
  exchange.onEnd(() => {
    clearTimeout(timer);
  });
}

/** Seconds of the preference `wait`; others are not for this server. */
function preferredWait(prefer: string): number | undefined {
  for (const preference of prefer.split(",")) {
    const [name = "", value = ""] = preference.split(";", 1)[0]?.split("=") ?? [];
    if (name.trim().toLowerCase() !== "wait") continue;
    const [, digits] = /^\s*"?(\d{1,9})"?\s*$/.exec(value) ?? [];
    if (digits !== undefined && Number(digits) > 0) return Math.min(Number(digits), LONGEST_WAIT_S);
    throw new HttpError(
      400,
      "INVALID_ARGUMENT",
      `Prefer: expected whole seconds for wait, as in wait=10, but received ${JSON.stringify(value)}.`,
    );
  }
  return undefined;
}

function tooLateForClient(seconds: number | undefined): HttpError {
  return new HttpError(
    504,
    "DEADLINE_EXCEEDED",
    `The request was not done within the ${seconds} s that it allowed (Prefer: wait). Allow more, or send less at once.`,
  );
}

function tooLateForServer(limitMs: number): HttpError {
  return new HttpError(
    503,
    "WORK_TIMEOUT",
    `The request was not done within ${Math.round(limitMs / 1000)} s. Send less at once, or raise the limit (--work-timeout).`,
  );
}
