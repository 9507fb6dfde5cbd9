/**
 * Kendall's rank correlation tau-b: of all pairs of places, those that both lists order alike minus those they order
 * differently, over the geometric mean of the pairs that each list orders at all. Equal values are in order with nothing.
 * Source: Kendall, Biometrika 33 (1945); discordant pairs are counted as inversions of a sort: Knight, JASA 61 (1966).
 * By hand: simple-statistics has no tau.
 * @returns NaN where either list has no two different values
 * @example
 * ```ts
 * import { kendallTauB } from "llama-reward/eval";
 *
 * console.log(kendallTauB([1, 2, 3], [10, 20, 30])); // 1
 * ```
 */
export function kendallTauB(first: readonly number[], second: readonly number[]): number {
  const at = (list: readonly number[], index: number): number => list[index] ?? Number.NaN;
  const order = Uint32Array.from(first.keys()).sort(
    (a, b) => at(first, a) - at(first, b) || at(second, a) - at(second, b),
  );
  const x = Float64Array.from(order, (index) => at(first, index));
  const y = Float64Array.from(order, (index) => at(second, index));
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  let tiedInFirst = 0;
  let tiedInBoth = 0;
  for (const { start, end } of runs(x.length, (index) => x[index] === x[index - 1])) {
    tiedInFirst += pairs(end - start);
  }
  for (const { start, end } of runs(
    x.length,
    (index) => x[index] === x[index - 1] && y[index] === y[index - 1],
  )) {
    tiedInBoth += pairs(end - start);
  }
  // Ties of the first list are sorted by the second, so what is out of order is discordant.
  const discordant = sortAndCount(y, new Float64Array(y.length), 0, y.length);
  let tiedInSecond = 0;
  for (const { start, end } of runs(y.length, (index) => y[index] === y[index - 1])) {
    tiedInSecond += pairs(end - start);
  }
  const all = pairs(x.length);
  const ordered = all - tiedInFirst - tiedInSecond + tiedInBoth;
  return (ordered - 2 * discordant) / Math.sqrt((all - tiedInFirst) * (all - tiedInSecond));
}

/** Stretches of places that belong together. @param isSame whether a place belongs to the one before */
function* runs(length: number, isSame: (index: number) => boolean): Iterable<{ start: number; end: number }> {
  for (let start = 0, end = 1; start < length; start = end++) {
    while (end < length && isSame(end)) end++;
    yield { start, end };
  }
}

/** Merge sort of `values[start, end)`. @returns how many pairs stood in the wrong order */
function sortAndCount(values: Float64Array, spare: Float64Array, start: number, end: number): number {
  if (end - start < 2) return 0;
  const middle = (start + end) >>> 1;
  let inversions = sortAndCount(values, spare, start, middle) + sortAndCount(values, spare, middle, end);
  spare.set(values.subarray(start, end), start);
  for (let to = start, left = start, right = middle; to < end; to++) {
    const takesRight = right < end && (left >= middle || (spare[right] ?? 0) < (spare[left] ?? 0));
    if (takesRight) inversions += middle - left;
    values[to] = spare[takesRight ? right++ : left++] ?? 0;
  }
  return inversions;
}
