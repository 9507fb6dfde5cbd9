import { CheckpointError } from "../../errors.js";

/** `config.json`, as parsed. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** A whole number of at least 1. @throws CheckpointError `CHECKPOINT_INVALID` */
export function positiveInteger(raw: RawConfig, key: string, fallback?: number): number {
  const value = raw[key] ?? fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw invalidConfig(`${key} should be a whole number above 0 but is ${JSON.stringify(value)}.`, {
    key,
    value,
  });
}

/** A switch, off unless given. @throws CheckpointError `CHECKPOINT_INVALID` */
export function flag(raw: RawConfig, key: string): boolean {
  const value = raw[key] ?? false;
  if (typeof value === "boolean") return value;
  throw invalidConfig(`${key} should be true or false but is ${JSON.stringify(value)}.`, { key });
}

/** A finite number above 0. @throws CheckpointError `CHECKPOINT_INVALID` */
export function positiveNumber(raw: RawConfig, key: string, fallback?: number): number {
  const value = raw[key] ?? fallback;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw invalidConfig(`${key} should be a number above 0 but is ${JSON.stringify(value)}.`, { key, value });
}

/** The error for a key of `config.json`. */
export function invalidConfig(message: string, details: Readonly<Record<string, unknown>>): CheckpointError {
  return new CheckpointError("CHECKPOINT_INVALID", `config.json: ${message}`, { details });
}

/** The error for something in `config.json` that llama.cpp does not compute. */
export function unsupportedConfig(
  message: string,
  details: Readonly<Record<string, unknown>>,
): CheckpointError {
  return new CheckpointError("CHECKPOINT_UNSUPPORTED", `config.json: ${message}`, { details });
}
