import { InvalidArgumentError as InvalidOption } from "commander";

/** Parses an option's number. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidOption("Expected a positive whole number.");
  }
  return value;
}

/** Parses an option's number where 0 means something, too. */
export function wholeNumber(text: string): number {
  return /^0+$/.test(text) ? 0 : positiveInteger(text);
}

/** Parses a port to listen on. */
export function portNumber(text: string): number {
  const MAX_PORT = 65_535;
  const port = wholeNumber(text);
  if (port > MAX_PORT) throw new InvalidOption(`Expected a port from 0 (any that is free) to ${MAX_PORT}.`);
  return port;
}

/** Parses a time in seconds, which is kept in milliseconds. */
export function seconds(text: string): number {
  const value = Number(text);
  // The longest time that a timer of Node's can wait.
  const LONGEST_S = 2_147_483;
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > LONGEST_S) {
    throw new InvalidOption("Expected a number of seconds above 0.");
  }
  return Math.max(1, Math.round(value * 1000));
}

/** Parses any number. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidOption("Expected a number.");
  return value;
}

/** Parses a number above 0. */
export function positiveNumber(text: string): number {
  const value = finiteNumber(text);
  if (value <= 0) throw new InvalidOption("Expected a positive number.");
  return value;
}

/** Parses a number that cannot be negative. */
export function nonNegativeNumber(text: string): number {
  const value = finiteNumber(text);
  if (value < 0) throw new InvalidOption("Expected a number from 0.");
  return value;
}
