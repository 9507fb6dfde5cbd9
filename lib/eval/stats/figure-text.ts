import type { Interval } from "./bootstrap.js";

// The terminal and the page say these in the same words.

/** Stands before a number; a hyphen is too short. */
export const MINUS = "\u2212";
/** Stands in place of a figure that is not there. */
export const UNKNOWN = "\u2013";

/** A difference of shares in percentage points, with its sign. */
export function signedPoints(difference: number): string {
  if (!Number.isFinite(difference)) return UNKNOWN;
  const text = Math.abs(difference * 100).toFixed(1);
  return text === "0.0" ? text : `${difference < 0 ? MINUS : "+"}${text}`;
}

/** A 95 % interval of a difference of shares. */
export function signedRange(interval: Interval): string {
  if (interval.some((end) => !Number.isFinite(end))) return UNKNOWN;
  return interval.map(signedPoints).join(" to ");
}

/** A p-value: small ones as an upper bound. */
export function pValue(value: number): string {
  return value < 0.001 ? "p < 0.001" : `p = ${value.toFixed(3)}`;
}
