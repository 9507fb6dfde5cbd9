import fc from "fast-check";
import type { HiddenRequest } from "../../../lib/score/backbone/request.js";

/**
 * Requests with much in common: tokens from a tiny alphabet, lists that continue, equal or branch off from one another, and
 * one or two wanted positions each.
 */
export function randomRequests(maxLength = 40, maxCount = 24): fc.Arbitrary<HiddenRequest[]> {
  const piece = fc.array(fc.integer({ min: 0, max: 2 }), {
    minLength: 1,
    maxLength: Math.floor(maxLength / 3),
  });
  const step = fc.record({
    base: fc.nat(),
    keep: fc.nat(),
    piece,
    position: fc.nat(),
    isLastWanted: fc.boolean(),
  });
  return fc.array(step, { minLength: 1, maxLength: maxCount }).map((steps) => {
    const lists: number[][] = [];
    return steps.map(({ base, keep, piece: tail, position, isLastWanted }) => {
      const from = lists.length === 0 ? [] : (lists[base % lists.length] ?? []);
      const list = [...from.slice(0, keep % (from.length + 1)), ...tail].slice(0, maxLength);
      lists.push(list);
      const wanted = position % list.length;
      const positions = isLastWanted && wanted < list.length - 1 ? [wanted, list.length - 1] : [wanted];
      return { tokens: Int32Array.from(list), positions };
    });
  });
}

/**
 * Calls that come back to the same lists: each is some of a few requests, so prompts and whole conversations recur, alone and
 * beside others.
 */
export function randomCalls(maxLength = 30, maxCount = 8): fc.Arbitrary<HiddenRequest[][]> {
  const choice = fc.array(fc.nat(), { minLength: 1, maxLength: maxCount });
  return fc
    .record({
      all: randomRequests(maxLength, maxCount),
      choices: fc.array(choice, { minLength: 2, maxLength: 6 }),
    })
    .map(({ all, choices }) =>
      choices.map((indices) => indices.flatMap((index) => all[index % all.length] ?? [])),
    );
}

/** Distinct non-empty prefixes of the lists, each cut after its last wanted position. */
export function countDistinctPrefixes(requests: readonly HiddenRequest[]): number {
  const prefixes = new Set<string>();
  for (const { tokens, positions } of requests) {
    for (let end = 1; end <= (positions.at(-1) ?? 0) + 1; end++) prefixes.add(tokens.subarray(0, end).join());
  }
  return prefixes.size;
}
