import { DeadlineError, InvalidArgumentError } from "../errors.js";
import { without } from "../util/collections.js";
import type { ScoreOptions } from "./score.js";

/** The longest time that timers of JavaScript can wait: longer ones go off at once. */
const LONGEST_MS = 2 ** 31 - 1;

type Limited = Pick<ScoreOptions, "signal" | "timeoutMs">;

/**
 * Runs a call under its time limit, which reaches whoever answers as an abort: nobody else needs to know of limits.
 * @throws DeadlineError; InvalidArgumentError a limit that is no number of milliseconds; what the call throws
 */
export async function withinTime<Options extends Limited, Result>(
  options: Options,
  call: (options: Options) => Promise<Result>,
): Promise<Result> {
  const limit = startLimit(options);
  if (limit === undefined) return call(options);
  try {
    return await call(limit.options);
  } finally {
    clearTimeout(limit.timer);
  }
}

/** The same for a stream: the limit is for all of it, from its first score asked for to its end. */
export function streamWithinTime<Options extends Limited, Item>(
  options: Options,
  stream: (options: Options) => AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  return limitOf(options) === undefined ? stream(options) : limitedStream(options, stream);
}

async function* limitedStream<Options extends Limited, Item>(
  options: Options,
  stream: (options: Options) => AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  const limit = startLimit(options);
  try {
    yield* stream(limit?.options ?? options);
  } finally {
    clearTimeout(limit?.timer);
  }
}

/** @returns undefined without a limit */
function startLimit<Options extends Limited>(
  options: Options,
): { options: Options; timer: ReturnType<typeof setTimeout> } | undefined {
  const timeoutMs = limitOf(options);
  if (timeoutMs === undefined) return undefined;
  const { signal } = options;
  if (!isMilliseconds(timeoutMs)) {
    throw new InvalidArgumentError(
      `Expected whole milliseconds from 1 to ${LONGEST_MS} for timeoutMs but received ${JSON.stringify(timeoutMs)}.`,
    );
  }
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(
      new DeadlineError(
        `The call was not done within ${timeoutMs} ms. Allow more time, or ask for less at once.`,
        { details: { timeoutMs } },
      ),
    );
  }, timeoutMs);
  const either = signal instanceof AbortSignal ? AbortSignal.any([signal, late.signal]) : late.signal;
  return { options: { ...without(options, "timeoutMs"), signal: either } as unknown as Options, timer };
}

/** What else a program gives as options is checked by whoever answers. */
function limitOf(options: Limited): unknown {
  return (options as Limited | null)?.timeoutMs;
}

function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LONGEST_MS;
}
