import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BackboneContext } from "../../../lib/score/backbone/context.js";
import { GuardedContext } from "../../../lib/score/backbone/guarded-context.js";
import type { HiddenRequest } from "../../../lib/score/backbone/request.js";
import { countDistinctPrefixes, randomRequests } from "./random-requests.js";
import {
  expectedStates,
  FEWEST_TOKENS,
  lastOf,
  list,
  nativeError,
  open,
  ticks,
  TOKEN_COST,
} from "./simulated-calls.js";
import { SIMULATED_HIDDEN_SIZE, SimulatedContext } from "./simulated-context.js";

/** Calls of several callers that come while others are computed, in batches of all sizes. */
const SIZES = fc.record({
  batchSize: fc.integer({ min: 1, max: 24 }),
  maxOutputs: fc.integer({ min: 1, max: 8 }),
  contextLength: fc.integer({ min: 40, max: 120 }),
  maxSequences: fc.integer({ min: 4, max: 32 }),
});

describe("callers of one BackboneContext", () => {
  it("lets two callers take turns", async () => {
    const context = open(new SimulatedContext({ batchSize: 8, contextLength: 4096 }));
    const order: string[] = [];
    const requests = (salt: number): HiddenRequest[] =>
      Array.from({ length: 20 }, (_, index) => lastOf(list(32, 100 * salt + index)));
    const run = (name: string, salt: number): Promise<unknown> =>
      context.hiddenStates(requests(salt), { onProgress: () => order.push(name) });
    await Promise.all([run("a", 1), run("b", 2)]);
    // Neither waits for more than a slice of the other.
    expect(order.join("").replace(/(.)\1*/g, "$1")).toMatch(/^(ab){15,}/);
  });

  it("gives every caller its states, whoever else waits, is aborted or fails", async () => {
    const call = fc.record({
      requests: randomRequests(36, 6),
      caller: fc.constantFrom(undefined, "a", "b"),
      comesAfter: fc.integer({ min: 0, max: 12 }),
      abortsAfter: fc.constantFrom(undefined, undefined, undefined, 1, 3, 8),
      throwsAfter: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 2),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 10 }),
        SIZES,
        fc.boolean(),
        fc.constantFrom(0, FEWEST_TOKENS),
        async (calls, info, guarded, fewest) => {
          const native = new SimulatedContext(
            guarded ? { ...info, maxSequences: 2 * info.maxSequences } : info,
          );
          const context = new BackboneContext(
            guarded ? new GuardedContext(native) : native,
            SIMULATED_HIDDEN_SIZE,
            TOKEN_COST,
            fewest,
          );
          const start = async ({
            requests,
            caller,
            abortsAfter,
            throwsAfter,
          }: (typeof calls)[number]): Promise<void> => {
            const controller = new AbortController();
            const wait = abortsAfter === undefined ? undefined : ticks(abortsAfter);
            void wait?.then(() => {
              controller.abort(new Error("stop"));
            });
            let reports = 0;
            const onProgress = (): void => {
              if (reports++ === throwsAfter) throw new Error("progress");
            };
            try {
              const options = { caller, signal: controller.signal, onProgress };
              expect(await context.hiddenStates(requests, options)).toEqual(expectedStates(requests));
            } catch (error) {
              if (!(error instanceof Error) || !/^(stop|progress)$/.test(error.message)) throw error;
              expect(error.message === "stop" ? abortsAfter : throwsAfter).toBeDefined();
            }
          };
          await Promise.all(calls.map((each) => ticks(each.comesAfter).then(() => start(each))));
          expect(context.queue).toEqual({ calls: 0, waiting: 0, tokens: 0 });
          const last = [lastOf(list(40))];
          expect(await context.hiddenStates(last)).toEqual(expectedStates(last));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a call beside one of 3,000 conversations waits for two batches at most", async () => {
    const native = new SimulatedContext({ batchSize: 64, contextLength: 1024, maxOutputs: 64 });
    const context = open(native);
    let batches = 0;
    native.beforeDecode = async () => {
      batches++;
      await ticks(1);
    };
    const lengths = [7, 19, 40, 90, 11];
    const large = Array.from({ length: 3000 }, (_, index) =>
      lastOf(list(lengths[index % 5] ?? 9, index + 1)),
    );
    const controller = new AbortController();
    const running = context.hiddenStates(large, { signal: controller.signal });
    for (let small = 0; small < 10; small++) {
      await ticks(3 + small);
      const before = batches;
      const requests = [lastOf(list(20, 10_000 + small))];
      expect(await context.hiddenStates(requests)).toEqual(expectedStates(requests));
      // Those before its own, the running one included.
      expect(batches - 1 - before).toBeLessThanOrEqual(2);
    }
    controller.abort();
    await expect(running).rejects.toThrow();
  });

  it("callers share prefixes, and batches", async () => {
    const native = new SimulatedContext({ batchSize: 64, contextLength: 1024 });
    const context = open(native);
    const prompt = Array.from(list(40));
    const requests = Array.from({ length: 24 }, (_, index) =>
      lastOf(Int32Array.from([...prompt, ...list(10, index + 1)])),
    );
    const states = await Promise.all(requests.map((request) => context.hiddenStates([request])));
    expect(states.flat()).toEqual(expectedStates(requests));
    expect(native.decodedTokens.length).toBe(countDistinctPrefixes(requests));
    // 280 tokens, and eight outputs at most in each.
    expect(context.stats.batches).toBeLessThanOrEqual(6);
  });

  it("keeps the prompts of calls that wait for their next turn, however many others come before", async () => {
    const native = new SimulatedContext({ batchSize: 64, contextLength: 4096 });
    // Left alone, a prefix would be gone after 256 tokens.
    const context = new BackboneContext(native, SIMULATED_HIDDEN_SIZE, 0, 0);
    const calls = Array.from({ length: 30 }, (_, call) =>
      Array.from({ length: 4 }, (_, answer) =>
        lastOf(Int32Array.from([...list(40, call + 1), ...list(10, 100 * (call + 1) + answer)])),
      ),
    );
    const states = await Promise.all(calls.map((requests) => context.hiddenStates(requests)));
    expect(states).toEqual(calls.map(expectedStates));
    expect(native.decodedTokens.length).toBe(countDistinctPrefixes(calls.flat()));
  });

  it("a long conversation and many short ones go on side by side, and nothing is computed twice", async () => {
    const native = new SimulatedContext({ batchSize: 16, contextLength: 256 });
    const context = open(native);
    const long = lastOf(list(200, 1));
    const state = { isDone: false };
    const running = context.hiddenStates([long]).then((states) => {
      state.isDone = true;
      expect(states).toEqual(expectedStates([long]));
    });
    let shorts = 0;
    while (!state.isDone) {
      await context.hiddenStates([lastOf(list(12, 100 + shorts))]);
      shorts++;
    }
    await running;
    expect(shorts).toBeGreaterThan(5);
    expect(native.decodedTokens.length).toBe(200 + 12 * shorts);
  });

  it("conversations that fill the cache are computed one after the other, each once", async () => {
    const native = new SimulatedContext({ batchSize: 16, contextLength: 256 });
    const context = open(native);
    const requests = [1, 2, 3].map((salt) => lastOf(list(250, salt)));
    const states = await Promise.all(requests.map((request) => context.hiddenStates([request])));
    expect(states.flat()).toEqual(expectedStates(requests));
    expect(native.decodedTokens.length).toBe(750);
  });

  it("a batch that fails takes only the call along that is at fault", async () => {
    const native = new SimulatedContext({ batchSize: 64 });
    const context = open(native);
    const bad = lastOf(list(10, 7));
    native.beforeDecode = ({ tokens }) => {
      if (tokens.includes(7000)) throw nativeError("DECODE_FAILED");
    };
    const good = [1, 2, 3].map((salt) => lastOf(list(10, salt)));
    const outcomes = await Promise.allSettled(
      [bad, ...good].map((request) => context.hiddenStates([request])),
    );
    expect(outcomes[0]).toMatchObject({ status: "rejected", reason: { code: "DECODE_FAILED" } });
    expect(outcomes.slice(1)).toEqual(
      good.map((request) => ({ status: "fulfilled", value: expectedStates([request]) })),
    );
  });

  it("an abort takes out what waits at once, and nothing of other calls", async () => {
    const native = new SimulatedContext({ batchSize: 16, contextLength: 1024 });
    const context = open(native);
    const controller = new AbortController();
    const first = context.hiddenStates([lastOf(list(100, 1))]);
    const waiting = Array.from({ length: 20 }, (_, index) => lastOf(list(30, 50 + index)));
    const aborted = context.hiddenStates(waiting, { signal: controller.signal, caller: "x" });
    const behind = context.hiddenStates([lastOf(list(30, 3))], { caller: "x" });
    native.beforeDecode = ({ tokens }) => {
      if (tokens.some((token) => token >= 50_000)) controller.abort(new Error("stop"));
    };
    await expect(aborted).rejects.toThrow("stop");
    expect(context.queue.calls).toBe(2);
    expect(await first).toEqual(expectedStates([lastOf(list(100, 1))]));
    expect(await behind).toEqual(expectedStates([lastOf(list(30, 3))]));
    expect(native.decodedTokens.filter((token) => token >= 50_000).length).toBeLessThanOrEqual(16);
  });

  it("a batch is cancelled when all its calls are aborted, and not before", async () => {
    const native = new SimulatedContext({ batchSize: 64 });
    const context = open(native);
    let cancels: number[] = [];
    const cancel = native.cancel.bind(native);
    native.cancel = () => {
      cancels.push(native.decodedTokens.length);
      cancel();
    };
    for (const isWantedByThird of [false, true]) {
      cancels = [];
      const [first, second] = [new AbortController(), new AbortController()];
      native.beforeDecode = () => {
        first.abort(new Error("first"));
        expect(cancels).toEqual([]);
        second.abort(new Error("second"));
        native.beforeDecode = () => undefined;
      };
      const before = native.decodedTokens.length;
      const calls = [first, second].map((controller, index) =>
        context.hiddenStates([lastOf(list(10, index + 1))], { signal: controller.signal }),
      );
      const third = lastOf(list(20, 3));
      const wanted = isWantedByThird ? context.hiddenStates([third]) : undefined;
      expect(await Promise.allSettled(calls)).toMatchObject([
        { reason: { message: "first" } },
        { reason: { message: "second" } },
      ]);
      expect(cancels).toEqual(isWantedByThird ? [] : [before]);
      expect(await (wanted ?? context.hiddenStates([third]))).toEqual(expectedStates([third]));
    }
  });
});
