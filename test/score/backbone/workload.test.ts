import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixCache } from "../../../lib/score/backbone/prefix-cache.js";
import { checkRequests, type HiddenRequest } from "../../../lib/score/backbone/request.js";
import { Workload, type ChunkLimits } from "../../../lib/score/backbone/workload.js";
import { countDistinctPrefixes, randomRequests } from "./random-requests.js";

const randomLimits = fc.record({
  batchSize: fc.integer({ min: 1, max: 24 }),
  maxOutputs: fc.integer({ min: 1, max: 8 }),
  fewestTokens: fc.integer({ min: 0, max: 12 }),
});

/** A cache that holds the tokens of some requests. */
function cacheOf(requests: readonly HiddenRequest[]): ConstructorParameters<typeof Workload>[1] {
  const cache = new PrefixCache(
    requests.map(({ tokens }, id) => ({ id, tokens, cells: [], isSpare: false, expiresAt: 0 })),
  );
  return { givenUp: 0, match: (tokens, end) => cache.match(tokens, end) };
}

/** Walks the segments as a plan does. @returns the tokens that are computed, and the sizes of the chunks */
function walk(work: Workload): { computed: string[]; chunks: { tokens: number; outputs: number }[] } {
  const computed: string[] = [];
  const chunks: { tokens: number; outputs: number }[] = [];
  let chunk = { tokenCount: 0, outputCount: 0 };
  const finish = (): void => {
    if (chunk.tokenCount > 0) chunks.push({ tokens: chunk.tokenCount, outputs: chunk.outputCount });
    chunk = { tokenCount: 0, outputCount: 0 };
  };
  work.start();
  work.segments.forEach((segment, index) => {
    const from = work.takeHeld(segment)?.length ?? segment.start;
    for (let position = from; position < segment.end; position++) {
      computed.push(segment.tokens.subarray(0, position + 1).join());
      chunk.tokenCount++;
      if (work.takeTargets(segment, position) !== undefined) chunk.outputCount++;
      if (work.endsChunk(chunk, index, position)) finish();
    }
  });
  finish();
  return { computed, chunks };
}

/** Distinct prefixes that a cache spares: held, and before every position that is wanted. */
function countSpared(requests: readonly HiddenRequest[], held: readonly HiddenRequest[]): number {
  const inCache = new Set(
    held.flatMap(({ tokens }) => [...tokens].map((_, last) => tokens.subarray(0, last + 1).join())),
  );
  const prefixes = new Set<string>();
  const wanted = new Set<string>();
  for (const { tokens, positions } of requests) {
    for (let end = 1; end <= (positions.at(-1) ?? 0) + 1; end++) prefixes.add(tokens.subarray(0, end).join());
    for (const position of positions) wanted.add(tokens.subarray(0, position + 1).join());
  }
  const isSpared = (prefix: string): boolean => {
    const tokens = prefix.split(",");
    return inCache.has(prefix) && !tokens.some((_, last) => wanted.has(tokens.slice(0, last + 1).join(",")));
  };
  return [...prefixes].filter(isSpared).length;
}

const work = (
  requests: readonly HiddenRequest[],
  held: readonly HiddenRequest[],
  limits: ChunkLimits,
): Workload => new Workload(checkRequests(requests, 1000), cacheOf(held), limits);

describe("Workload", () => {
  it("asks for every distinct prefix once, less what is held", () => {
    fc.assert(
      fc.property(randomRequests(), randomRequests(), randomLimits, (requests, others, limits) => {
        const held = [...others, ...requests.slice(0, requests.length / 2)];
        const { computed } = walk(work(requests, held, { ...limits, fewestTokens: 0 }));
        expect(new Set(computed).size).toBe(computed.length);
        expect(computed.length).toBe(countDistinctPrefixes(requests) - countSpared(requests, held));
        expect(work(requests, held, limits).totalTokens).toBe(countDistinctPrefixes(requests));
      }),
      { numRuns: 400 },
    );
  });

  it("counts before the start what is computed in the end", () => {
    fc.assert(
      fc.property(randomRequests(), randomRequests(), randomLimits, (requests, others, limits) => {
        const counted = work(requests, others, { ...limits, fewestTokens: 0 }).start();
        expect(walk(work(requests, others, { ...limits, fewestTokens: 0 })).computed.length).toBe(counted);
      }),
      { numRuns: 400 },
    );
  });

  it("ends chunks within the limits, and leaves none with too few tokens where they can be had", () => {
    fc.assert(
      fc.property(
        randomRequests(60, 12),
        randomLimits,
        (requests, { batchSize, maxOutputs, fewestTokens }) => {
          const limits = {
            batchSize: batchSize + 2 * fewestTokens,
            maxOutputs: maxOutputs + 12,
            fewestTokens,
          };
          const load = work(requests, [], limits);
          const { chunks } = walk(load);
          expect(Math.max(...chunks.map(({ tokens }) => tokens))).toBeLessThanOrEqual(limits.batchSize);
          expect(Math.max(...chunks.map(({ outputs }) => outputs))).toBeLessThanOrEqual(limits.maxOutputs);
          expect(Math.min(...chunks.map(({ tokens }) => tokens))).toBeGreaterThanOrEqual(
            Math.min(load.totalTokens, fewestTokens),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it("puts everything into one chunk that can take it", () => {
    fc.assert(
      fc.property(randomRequests(60, 12), fc.nat({ max: 12 }), (requests, fewestTokens) => {
        const { segments, totalTokens } = work(requests, [], { batchSize: 1, maxOutputs: 1, fewestTokens });
        const maxOutputs = segments.reduce((sum, { outputs }) => sum + outputs.size, 0);
        const { chunks } = walk(work(requests, [], { batchSize: totalTokens, maxOutputs, fewestTokens }));
        expect(chunks).toEqual([{ tokens: totalTokens, outputs: maxOutputs }]);
      }),
      { numRuns: 200 },
    );
  });

  it("needs what is used by half or more", () => {
    const tokens = Int32Array.from({ length: 10 }, (_, index) => index);
    const request = (length: number): HiddenRequest => ({
      tokens: Int32Array.from([...tokens.subarray(0, length), 99]),
      positions: [length],
    });
    const held = [{ tokens, positions: [9] }];
    const limits = { batchSize: 16, maxOutputs: 8, fewestTokens: 0 };
    expect(work([request(4)], held, limits).findNeeded().size).toBe(0);
    expect(work([request(5)], held, limits).findNeeded().size).toBe(1);
  });
});
