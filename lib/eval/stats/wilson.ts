import type { Interval } from "./bootstrap.js";

/** The standard normal's quantile for 95 %, two-sided. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % interval of a share. Unlike resampling it has a width where every trial agrees: of ten right answers in ten, 72 to 100 %.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 * By hand: simple-statistics has no such interval.
 * @param share successes by trials
 * @param trials at least one
 */
export function wilsonInterval(share: number, trials: number): Interval {
  const z2 = Z * Z;
  const centre = share + z2 / (2 * trials);
  const half = Z * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  // The ends of the extremes are exact: rounding would put them next to 0 and 1.
  const low = share === 0 ? 0 : (centre - half) / scale;
  const high = share === 1 ? 1 : (centre + half) / scale;
  return [low, high];
}
