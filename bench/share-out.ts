/** How long some workers took, and each of their calls. */
export interface Shared {
  seconds: number;
  /** Of each call, in the order of the items. */
  latenciesMs: number[];
}

/** Workers that each take the next item when they are done with one, until none is left. */
export async function shareOut<Item>(
  items: readonly Item[],
  workers: number,
  call: (item: Item) => Promise<void>,
): Promise<Shared> {
  const latenciesMs: number[] = [];
  const left = items.entries();
  const started = performance.now();
  const work = async (): Promise<void> => {
    for (const [index, item] of left) {
      const before = performance.now();
      await call(item);
      latenciesMs[index] = performance.now() - before;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { seconds: (performance.now() - started) / 1000, latenciesMs };
}

/** The value that a share of all lies below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
