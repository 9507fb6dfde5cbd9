/**
 * Means as the leaderboards' own programs take them: by hand, because that of simple-statistics refuses an empty list and
 * corrects its rounding, so that the last digits would differ.
 */

/** Arithmetic mean; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  return meanOfAll([values]);
}

/** Arithmetic mean over several lists as if they were one; NaN of nothing. */
export function meanOfAll(lists: Iterable<readonly number[]>): number {
  let sum = 0;
  let count = 0;
  for (const list of lists) {
    for (const value of list) sum += value;
    count += list.length;
  }
  return sum / count;
}
