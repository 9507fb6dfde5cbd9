import { abortable } from "../../util/abortable.js";
import { nextTurn } from "../../util/event-loop.js";

/** How much a window may hold. */
export interface WindowSize {
  /** Sum of the items' weights; one heavier item is a window of its own. */
  readonly weight: number;
  readonly items: number;
}

/**
 * Cuts a stream into windows. A window is handed on when it is full, or when the source has nothing more ready: a slow source
 * is not waited for.
 * @param size asked for every window anew
 * @param signal ends the wait for the source with its reason
 */
export async function* cutWindows<Item>(
  source: Iterable<Item> | AsyncIterable<Item>,
  weigh: (item: Item) => number,
  size: () => WindowSize,
  signal: AbortSignal,
): AsyncGenerator<Item[], void, undefined> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let reading: Promise<IteratorResult<Item, unknown>> | undefined;
  let isDone = false;
  try {
    while (!isDone) {
      const limit = size();
      const window: Item[] = [];
      let weight = 0;
      while (window.length < limit.items && weight < limit.weight) {
        reading ??= Promise.resolve(iterator.next());
        // A source counts as not ready when it needs more than one turn of the event loop.
        const next =
          window.length === 0 ? await abortable(reading, signal) : await Promise.race([reading, nextTurn()]);
        if (next === undefined) break;
        reading = undefined;
        isDone = next.done === true;
        if (next.done === true) break;
        window.push(next.value);
        weight += weigh(next.value);
      }
      if (window.length > 0) yield window;
    }
  } catch (error) {
    isDone = true;
    // A source that failed is closed already.
    if (signal.aborted) await close(iterator, reading);
    throw error;
  } finally {
    if (!isDone) await close(iterator, reading);
  }
}

/** A source that is waited for may never answer, and an async generator answers `return` only after that: not waited for. */
async function close<Item>(
  iterator: Iterator<Item> | AsyncIterator<Item>,
  reading: Promise<unknown> | undefined,
): Promise<void> {
  const closing = Promise.resolve(iterator.return?.());
  if (reading === undefined) {
    await closing;
    return;
  }
  for (const late of [reading, closing]) late.catch(() => undefined);
}
