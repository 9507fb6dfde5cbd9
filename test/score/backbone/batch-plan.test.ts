import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchPlan } from "../../../lib/score/backbone/batch-plan.js";
import { checkRequests, type HiddenRequest } from "../../../lib/score/backbone/request.js";
import { countDistinctPrefixes, randomCalls, randomRequests } from "./random-requests.js";
import { expectedStates, limits, replay } from "./replay-plan.js";
import { SimulatedContext } from "./simulated-context.js";

const randomLimits = fc.record({
  batchSize: fc.integer({ min: 1, max: 24 }),
  maxOutputs: fc.integer({ min: 1, max: 8 }),
  contextLength: fc.integer({ min: 40, max: 120 }),
  maxSequences: fc.integer({ min: 10, max: 32 }),
  maxHeld: fc.integer({ min: 0, max: 5 }),
  fewestTokens: fc.integer({ min: 0, max: 12 }),
  keptLife: fc.integer({ min: 0, max: 100 }),
});

describe("BatchPlan", () => {
  it("gives every request exactly its prefix, computes no token twice and keeps the limits", async () => {
    await fc.assert(
      fc.asyncProperty(randomRequests(), randomLimits, async (given, chosen) => {
        const requests = checkRequests(given, chosen.contextLength);
        const context = new SimulatedContext(chosen);
        const plan = new BatchPlan(requests, [], chosen, 0);
        expect(await replay(plan, context, requests)).toEqual(expectedStates(requests));
        expect(context.decodedTokens.length).toBe(countDistinctPrefixes(given));
        expect(plan.counts).toMatchObject({ computed: context.decodedTokens.length, reused: 0 });
        expect(plan.totalTokens).toBe(context.decodedTokens.length);
        for (const held of plan.held) expect(context.sequence(held.id)).toEqual([...held.tokens]);
        expect(plan.held.length).toBeLessThanOrEqual(chosen.maxHeld);
      }),
      { numRuns: 400 },
    );
  });

  it("takes prefixes from what earlier plans left, and never computes into them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.array(randomRequests(30, 8), { minLength: 2, maxLength: 6 }), randomCalls()),
        randomLimits,
        async (calls, chosen) => {
          const context = new SimulatedContext(chosen);
          let held: BatchPlan["held"] = [];
          let clock = 0;
          for (const given of calls) {
            const requests = checkRequests(given, chosen.contextLength);
            const plan = new BatchPlan(requests, held, chosen, clock);
            expect(await replay(plan, context, requests)).toEqual(expectedStates(requests));
            expect(plan.counts.computed + plan.counts.reused).toBe(plan.totalTokens);
            held = plan.held;
            clock += plan.counts.computed;
            for (const sequence of held) expect(context.sequence(sequence.id)).toEqual([...sequence.tokens]);
            expect(context.usedCells).toBe(new Set(held.flatMap((sequence) => sequence.cells)).size);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("computes only the new tokens of a longer conversation", async () => {
    const context = new SimulatedContext();
    const first = [{ tokens: Int32Array.from({ length: 100 }, (_, index) => index), positions: [99] }];
    const before = new BatchPlan(first, [], limits(), 0);
    await replay(before, context, first);
    const tokens = Int32Array.from({ length: 110 }, (_, index) => (index < 90 ? index : 500 + index));
    const next = [{ tokens, positions: [109] }];
    const plan = new BatchPlan(next, before.held, limits(), 100);
    expect(await replay(plan, context, next)).toEqual(expectedStates(next));
    expect(plan.counts).toMatchObject({ computed: 20, reused: 90, hits: 1 });
  });

  it("computes a token again when its hidden state is wanted, since the cache has none", async () => {
    const context = new SimulatedContext();
    const requests = [{ tokens: Int32Array.from([1, 2, 3, 4]), positions: [1, 3] }];
    const before = new BatchPlan(requests, [], limits(), 0);
    await replay(before, context, requests);
    const again = new BatchPlan(requests, before.held, limits(), 4);
    expect(await replay(again, context, requests)).toEqual(expectedStates(requests));
    expect(again.counts).toMatchObject({ computed: 3, reused: 1 });
  });

  it("gives up the spare candidates of a call before older conversations", async () => {
    const context = new SimulatedContext({ contextLength: 64 });
    const chosen = limits({ contextLength: 64 });
    const old = [{ tokens: Int32Array.from({ length: 20 }, () => 5), positions: [19] }];
    const before = new BatchPlan(old, [], chosen, 0);
    await replay(before, context, old);
    const candidates = Array.from({ length: 6 }, (_, index) => ({
      tokens: Int32Array.from([
        ...Array.from({ length: 10 }, () => 7),
        ...Array.from({ length: 10 }, () => 10 + index),
      ]),
      positions: [19],
    }));
    const plan = new BatchPlan(candidates, before.held, chosen, 20);
    await replay(plan, context, candidates);
    expect(plan.held.some((sequence) => sequence.tokens[0] === 5)).toBe(true);
  });

  it("gives up what nothing used for its life, and keeps what is used", async () => {
    const context = new SimulatedContext();
    const chosen = limits({ keptLife: 50 });
    const run = async (tokens: Int32Array, held: BatchPlan["held"], clock: number): Promise<BatchPlan> => {
      const requests = [{ tokens, positions: [tokens.length - 1] }];
      const plan = new BatchPlan(requests, held, chosen, clock);
      await replay(plan, context, requests);
      return plan;
    };
    const list = (length: number, salt: number): Int32Array =>
      Int32Array.from({ length }, (_, index) => salt + index);
    const first = await run(list(30, 0), [], 0);
    // Used while it is alive: its prefix goes on in the new sequence.
    const second = await run(list(40, 0), first.held, 30);
    expect(second.counts).toMatchObject({ reused: 30, hits: 1, misses: 0 });
    // 60 tokens later it has expired, so it is gone before they are computed.
    const third = await run(list(60, 1000), second.held, 40);
    expect(third.counts).toMatchObject({ reused: 0, hits: 0, misses: 1 });
    expect(context.usedCells).toBe(60);
  });

  it("does not take a few tokens of the chat template for a hit", async () => {
    const context = new SimulatedContext();
    const requests = (salt: number): HiddenRequest[] => [
      {
        tokens: Int32Array.from([1, 2, 3, ...Array.from({ length: 20 }, (_, index) => salt + index)]),
        positions: [22],
      },
    ];
    const before = new BatchPlan(requests(100), [], limits(), 0);
    await replay(before, context, requests(100));
    const plan = new BatchPlan(requests(200), before.held, limits(), 23);
    await replay(plan, context, requests(200));
    expect(plan.counts).toMatchObject({ reused: 3, hits: 0 });
  });

  it("survives a tree as deep as it has requests", async () => {
    const requests = Array.from({ length: 200 }, (_, index) => ({
      tokens: Int32Array.from([...Array.from({ length: index }, () => 1), 2]),
      positions: [index],
    }));
    const chosen = limits({ maxSequences: 12, maxHeld: 3 });
    const context = new SimulatedContext(chosen);
    const plan = new BatchPlan(requests, [], chosen, 0);
    expect(await replay(plan, context, requests)).toEqual(expectedStates(requests));
  });
});
