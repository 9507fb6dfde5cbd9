/**
 * Hands every item of one source to several readers, each at its own pace; an item is kept until the last of them has it. The source is
 * asked only when a reader has nothing left, and closed when all of them have stopped.
 */
export function tee<Item>(
  source: Iterable<Item> | AsyncIterable<Item>,
  readers: number,
): AsyncIterable<Item>[] {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const waiting = Array.from({ length: readers }, (): Promise<IteratorResult<Item, unknown>>[] => []);
  const reading = new Set(waiting);
  const ask = (): void => {
    const next = Promise.resolve(iterator.next());
    // Each reader meets a failure itself; one that never does must not make it an unhandled one.
    next.catch(() => undefined);
    for (const queue of reading) queue.push(next);
  };
  return waiting.map((queue) => ({
    async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
      let isDone = false;
      try {
        for (;;) {
          if (queue.length === 0) ask();
          const next = await queue.shift();
          isDone = next?.done !== false;
          if (next === undefined || next.done === true) return;
          yield next.value;
        }
      } finally {
        reading.delete(queue);
        queue.length = 0;
        if (reading.size === 0 && !isDone) await iterator.return?.();
      }
    },
  }));
}
