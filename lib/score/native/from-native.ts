import { DisposedError, errorWithCode, isRewardErrorCode, RewardError } from "../../errors.js";

/**
 * Wraps an error that crossed the native boundary in its typed class. The native side sets `code`, `message` and
 * `details`; its stack is empty, so the wrapper's is the useful one. Anything without a known `code` comes back as it is.
 */
export function fromNative(error: unknown): unknown {
  // Made on this side of the boundary.
  if (error instanceof RewardError) return error;
  if (!(error instanceof Error) || !("code" in error) || !isRewardErrorCode(error.code)) return error;
  const details =
    "details" in error && typeof error.details === "object" && error.details !== null
      ? (error.details as Readonly<Record<string, unknown>>)
      : {};
  const options = { cause: error, details };
  // A native handle only names what it held.
  if (error.code === "DISPOSED") return DisposedError.of(error.message, options);
  return errorWithCode(error.code, error.message, options);
}
