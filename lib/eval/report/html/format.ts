import type { Interval } from "../../stats/bootstrap.js";
import { MINUS, UNKNOWN } from "../../stats/figure-text.js";

/** A share as percent with one decimal, as leaderboards print it. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? UNKNOWN
    : `${(share * 100).toFixed(1)} %`;
}

/** A 95 % interval of a share. */
export function percentRange(interval: Interval | undefined): string {
  if (interval === undefined || interval.some((end) => !Number.isFinite(end))) return UNKNOWN;
  return `${(interval[0] * 100).toFixed(1)} to ${(interval[1] * 100).toFixed(1)} %`;
}

/** A share in percent, without the sign: for tables whose heading has it. */
export function points(share: number | null | undefined): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? UNKNOWN
    : (share * 100).toFixed(1);
}

/** A 95 % interval of a share, in percent without the sign. */
export function pointsRange(interval: Interval | undefined): string {
  if (interval === undefined || interval.some((end) => !Number.isFinite(end))) return UNKNOWN;
  return interval.map((end) => (end * 100).toFixed(1)).join("\u2013");
}

/** A number with a few significant digits and a real minus sign. */
export function decimal(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return String(Number(value.toPrecision(digits))).replace("-", MINUS);
}

/** A count with thin separators. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count with its noun, in singular or plural. */
export function counted(value: number, singular: string, plural: string): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}
