/**
 * Appends items one by one. `push(...items)` passes each as an argument, and a call takes only some 120,000 of them before the
 * stack is full: one long input would end the run.
 */
export function appendAll<T>(target: T[], items: Iterable<T>): void {
  for (const item of items) target.push(item);
}

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

/** The element at `index`, where its absence would be a bug of this package. */
export function requireValue<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined)
    throw new Error(`Internal error: expected ${index + 1} results but there are ${values.length}.`);
  return value;
}

/** The fields of an object but those of some names. */
export function without<T extends object, Name extends keyof T>(
  object: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const left: readonly PropertyKey[] = names;
  return Object.fromEntries(Object.entries(object).filter(([name]) => !left.includes(name))) as Omit<T, Name>;
}

/** One kind of iterator for both kinds of source. */
export async function* each<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* values;
}
