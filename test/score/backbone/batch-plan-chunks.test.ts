import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchPlan } from "../../../lib/score/backbone/batch-plan.js";
import { checkRequests } from "../../../lib/score/backbone/request.js";
import { randomCalls } from "./random-requests.js";
import { expectedStates, limits, replay } from "./replay-plan.js";
import { SimulatedContext } from "./simulated-context.js";

describe("the chunks of a batch plan", () => {
  it("fills chunks: 8 candidates of 64 tokens after a prompt of 256 take two batches of 512", () => {
    const prompt = Array.from({ length: 256 }, (_, index) => index);
    const requests = Array.from({ length: 8 }, (_, candidate) => ({
      tokens: Int32Array.from([
        ...prompt,
        ...Array.from({ length: 64 }, (__, index) => 1000 * (candidate + 1) + index),
      ]),
      positions: [319],
    }));
    const plan = new BatchPlan(requests, [], limits({ batchSize: 512, contextLength: 1024 }), 0);
    const sizes = [...plan.steps()].map((step) => step.decode?.batch.tokens.length);
    expect(sizes).toEqual([512, 256]);
  });

  it.each([
    { tokens: 512 + 5, sizes: [256, 197, 64] },
    { tokens: 512 + 64, sizes: [256, 256, 64] },
    { tokens: 256 + 1, sizes: [193, 64] },
    { tokens: 40, sizes: [40] },
  ])("leaves no short chunk at the end of $tokens tokens", ({ tokens, sizes }) => {
    const request = {
      tokens: Int32Array.from({ length: tokens }, (_, index) => index),
      positions: [tokens - 1],
    };
    const plan = new BatchPlan(
      [request],
      [],
      limits({ batchSize: 256, contextLength: 1024, fewestTokens: 64 }),
      0,
    );
    expect([...plan.steps()].flatMap((step) => step.decode?.batch.tokens.length ?? [])).toEqual(sizes);
  });

  it("leaves no short chunk where a decode gives too few outputs for all", () => {
    const requests = Array.from({ length: 100 }, (_, answer) => ({
      tokens: Int32Array.from({ length: 257 }, (__, index) => (index < 256 ? index : 1000 + answer)),
      positions: [256],
    }));
    const chosen = limits({ batchSize: 192, maxOutputs: 64, contextLength: 1024, fewestTokens: 64 });
    const plan = new BatchPlan(requests, [], chosen, 0);
    expect([...plan.steps()].flatMap((step) => step.decode?.batch.tokens.length ?? [])).toEqual([
      192, 100, 64,
    ]);
  });

  it("computes no few tokens alone, whatever is in the cache", async () => {
    await fc.assert(
      fc.asyncProperty(randomCalls(60, 12), fc.integer({ min: 0, max: 200 }), async (calls, keptLife) => {
        const chosen = limits({
          batchSize: 24,
          maxOutputs: 16,
          contextLength: 2000,
          fewestTokens: 8,
          keptLife,
        });
        const context = new SimulatedContext(chosen);
        let held: BatchPlan["held"] = [];
        let clock = 0;
        for (const requests of calls.map((given) => checkRequests(given, chosen.contextLength))) {
          const sizes: number[] = [];
          context.beforeDecode = ({ tokens }) => void sizes.push(tokens.length);
          const plan = new BatchPlan(requests, held, chosen, clock);
          await replay(plan, context, requests);
          expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.min(plan.totalTokens, chosen.fewestTokens));
          held = plan.held;
          clock += plan.counts.computed;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("counts what a cache saves when it cuts the last chunks", async () => {
    const chosen = limits({ batchSize: 256, contextLength: 1024, fewestTokens: 64 });
    const context = new SimulatedContext(chosen);
    const prompt = [{ tokens: Int32Array.from({ length: 100 }, (_, index) => index), positions: [99] }];
    const before = new BatchPlan(prompt, [], chosen, 0);
    await replay(before, context, prompt);
    const longer = [{ tokens: Int32Array.from({ length: 390 }, (_, index) => index), positions: [389] }];
    const plan = new BatchPlan(longer, before.held, chosen, 100);
    expect([...plan.steps()].flatMap((step) => step.decode?.batch.tokens.length ?? [])).toEqual([226, 64]);
    expect(plan.counts.reused).toBe(100);
  });

  it("computes the end of a cached prefix again rather than too few tokens", async () => {
    const chosen = limits({ batchSize: 256, contextLength: 1024, fewestTokens: 64 });
    const context = new SimulatedContext(chosen);
    const conversation = Array.from({ length: 300 }, (_, index) => index);
    const first = [{ tokens: Int32Array.from(conversation), positions: [299] }];
    const before = new BatchPlan(first, [], chosen, 0);
    await replay(before, context, first);
    const answers = [1, 2, 3].map((answer) => ({
      tokens: Int32Array.from([...conversation, ...Array.from({ length: 5 }, (_, i) => 1000 * answer + i)]),
      positions: [304],
    }));
    const plan = new BatchPlan(answers, before.held, chosen, 300);
    expect(await replay(plan, context, answers)).toEqual(expectedStates(answers));
    expect(plan.counts).toMatchObject({ computed: 64, reused: 300 - 49, hits: 1 });
    const again = new BatchPlan(first, plan.held, chosen, 364);
    expect(await replay(again, context, first)).toEqual(expectedStates(first));
    expect(again.counts).toMatchObject({ computed: 64, reused: 236 });
  });

  it("computes the same candidates again, when their prompt and they are all in the cache", async () => {
    const chosen = limits({ batchSize: 256, contextLength: 1024, fewestTokens: 64 });
    const context = new SimulatedContext(chosen);
    const answers = [1, 2].map((answer) => ({
      tokens: Int32Array.from({ length: 360 }, (_, index) => (index < 310 ? index : 1000 * answer + index)),
      positions: [359],
    }));
    let held: BatchPlan["held"] = [];
    let clock = 0;
    for (let time = 0; time < 6; time++) {
      const plan = new BatchPlan(answers, held, chosen, clock);
      expect(await replay(plan, context, answers)).toEqual(expectedStates(answers));
      held = plan.held;
      clock += plan.counts.computed;
    }
    // What is computed again, and then left for the copy that has it already, does not pile up.
    expect(context.usedCells).toBeLessThanOrEqual(310 + 2 * 50 + 64);
  });
});
