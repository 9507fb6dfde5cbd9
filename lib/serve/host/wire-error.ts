import { errorWithCode, isRewardErrorCode, RewardError, type RewardErrorCode } from "../../errors.js";

/** An error as it travels between processes. */
export interface WireError {
  name: string;
  message: string;
  /** Only errors of this package have one. */
  code?: RewardErrorCode;
  details?: Readonly<Record<string, unknown>>;
  /** Only of errors without a code: those are bugs, and the stack tells where. */
  stack?: string;
  cause?: WireError;
}

/** Causes deeper than this are cut: enough for every chain this package makes. */
const MAX_CAUSES = 4;

/** Takes an error apart for the wire. Details that are not plain data travel as text. */
export function encodeError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const wire: WireError = { name: error.name, message: error.message };
  if (error instanceof RewardError) {
    const { code, details } = error as RewardError;
    wire.code = code;
    wire.details = plainData(details);
  } else if (error.stack !== undefined) {
    wire.stack = error.stack;
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) wire.cause = encodeError(error.cause, depth + 1);
  return wire;
}

/** Rebuilds the typed error. An error without a known code comes back as a plain `Error` with its name and stack. */
export function decodeError(wire: WireError): Error {
  const cause = wire.cause === undefined ? {} : { cause: decodeError(wire.cause) };
  if (isRewardErrorCode(wire.code)) {
    return errorWithCode(wire.code, wire.message, { ...cause, details: wire.details ?? {} });
  }
  const error = new Error(wire.message, cause);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function plainData(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    try {
      plain[key] = structuredClone(value);
    } catch {
      plain[key] = String(value);
    }
  }
  return plain;
}
