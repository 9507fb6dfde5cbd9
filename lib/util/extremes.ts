/** `Math.max(...values)` for any number of values; NaN where one is NaN, −Infinity where there are none. */
export function largest(values: Iterable<number>): number {
  let result = -Infinity;
  for (const value of values) result = Math.max(result, value);
  return result;
}

/** `Math.min(...values)` for any number of values; NaN where one is NaN, Infinity where there are none. */
export function smallest(values: Iterable<number>): number {
  let result = Infinity;
  for (const value of values) result = Math.min(result, value);
  return result;
}
