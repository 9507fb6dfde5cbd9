/** One kind of iterator for both kinds of source. */
export async function* each<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* values;
}
