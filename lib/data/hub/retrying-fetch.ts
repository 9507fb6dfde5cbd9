import { setTimeout as sleep } from "node:timers/promises";

/** How a request is repeated. */
export interface RetryPolicy {
  /** Requests in all, the first included. */
  attempts: number;
  /** Wait before the second attempt; doubles each time. */
  firstDelayMs: number;
  /** Longest wait, also for what a server asks for in `Retry-After`. */
  longestDelayMs: number;
}

/** Five tries within about half a minute: long enough for a Wi-Fi hand-over, short enough to notice a dead network. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 1_000, longestDelayMs: 30_000 };

/** The server sent a whole file where a part was asked for: appended to what is there, it would make another file. */
export class RangeIgnoredError extends Error {
  override readonly name = "RangeIgnoredError";
}

/**
 * A `fetch` that repeats requests the Hub asks to repeat (429, 5xx) or that never got an answer. It also refuses a
 * server that ignores `Range`, with a {@link RangeIgnoredError}. By hand: packages that repeat calls (p-retry) know neither `Retry-After` nor ranges.
 */
export function retryingFetch(
  signal: AbortSignal | undefined,
  policy: RetryPolicy = DEFAULT_RETRY,
): typeof fetch {
  return async (input, init) => {
    const request = { ...init, ...(signal === undefined ? {} : { signal }) };
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= policy.attempts;
      let response: Response;
      try {
        response = await fetch(input, request);
      } catch (error) {
        signal?.throwIfAborted();
        if (isLast) throw error;
        await sleep(backoff(attempt, policy), undefined, { signal });
        continue;
      }
      if (isLast || !(response.status === 429 || response.status >= 500)) {
        await checkRange(request.headers, response);
        return response;
      }
      await response.body?.cancel();
      await sleep(retryAfter(response, policy) ?? backoff(attempt, policy), undefined, { signal });
    }
  };
}

/** Wait before attempt `attempt + 1`. */
export function backoff(attempt: number, policy: RetryPolicy): number {
  return Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.longestDelayMs);
}

/** `Retry-After` is a number of seconds or an HTTP date (RFC 9110 §10.2.3). */
function retryAfter(response: Response, policy: RetryPolicy): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null) return undefined;
  const seconds = Number(header);
  const delayMs = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), policy.longestDelayMs);
}

async function checkRange(headers: RequestInit["headers"], response: Response): Promise<void> {
  const range = new Headers(headers).get("range");
  if (range === null || response.status !== 200 || range.startsWith("bytes=0-")) return;
  await response.body?.cancel();
  throw new RangeIgnoredError(`the server ignored the byte range "${range}"`);
}
