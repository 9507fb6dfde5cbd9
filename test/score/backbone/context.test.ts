import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BackboneContext } from "../../../lib/score/backbone/context.js";
import { GuardedContext } from "../../../lib/score/backbone/guarded-context.js";
import { countDistinctPrefixes, randomRequests } from "./random-requests.js";
import {
  expectedStates,
  FEWEST_TOKENS,
  lastOf,
  list,
  nativeError,
  open,
  TOKEN_COST,
} from "./simulated-calls.js";
import { SIMULATED_HIDDEN_SIZE, SimulatedContext } from "./simulated-context.js";

describe("BackboneContext", () => {
  it("gives the same states whatever came before: other calls, failures, aborts, in any mixture", async () => {
    const call = fc.record({
      requests: randomRequests(30, 8),
      trouble: fc.constantFrom(
        ...["none", "none", "none", "decode fails", "no memory", "abort", "abort within", "progress throws"],
      ),
      after: fc.integer({ min: 0, max: 6 }),
    });
    const sizes = fc.record({
      batchSize: fc.integer({ min: 1, max: 24 }),
      maxOutputs: fc.integer({ min: 1, max: 8 }),
      contextLength: fc.integer({ min: 40, max: 120 }),
      maxSequences: fc.integer({ min: 12, max: 32 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 8 }),
        sizes,
        fc.boolean(),
        async (calls, info, guarded) => {
          const native = new SimulatedContext(
            guarded ? { ...info, maxSequences: 2 * info.maxSequences } : info,
          );
          const context = new BackboneContext(
            guarded ? new GuardedContext(native) : native,
            SIMULATED_HIDDEN_SIZE,
            TOKEN_COST,
            FEWEST_TOKENS,
          );
          for (const { requests, trouble, after } of calls) {
            const controller = new AbortController();
            let chunks = 0;
            native.beforeDecode = () => {
              if (trouble === "decode fails" && chunks++ === after) throw nativeError("DECODE_FAILED");
              if (trouble === "no memory" && chunks++ === after) throw nativeError("OUT_OF_MEMORY");
              if (trouble === "abort within" && chunks++ === after) controller.abort(new Error("stop"));
            };
            const onProgress = (): void => {
              if (trouble === "abort" && chunks++ === after) controller.abort(new Error("stop"));
              if (trouble === "progress throws" && chunks++ === after) throw new Error("progress");
            };
            try {
              const states = await context.hiddenStates(requests, { signal: controller.signal, onProgress });
              expect(states).toEqual(expectedStates(requests));
            } catch (error) {
              expect(trouble).not.toBe("none");
              expect((error as Error).message).toMatch(/^(DECODE_FAILED|OUT_OF_MEMORY|stop|progress)$/);
            }
          }
          native.beforeDecode = () => undefined;
          const last = [lastOf(list(40))];
          expect(await context.hiddenStates(last)).toEqual(expectedStates(last));
          expect(native.usedCells).toBeLessThanOrEqual(info.contextLength);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("computes each distinct prefix once, also over several slices", async () => {
    const native = new SimulatedContext({ contextLength: 512, batchSize: 8 });
    const prompt = Array.from(list(40));
    const requests = Array.from({ length: 30 }, (_, index) =>
      lastOf(Int32Array.from([...prompt, ...list(10, index + 1)])),
    );
    expect(await open(native).hiddenStates(requests)).toEqual(expectedStates(requests));
    expect(native.decodedTokens.length).toBe(countDistinctPrefixes(requests));
  });

  it("counts what was asked for, computed and reused", async () => {
    const context = open(new SimulatedContext());
    await context.hiddenStates([lastOf(list(20))]);
    await context.hiddenStates([lastOf(list(50))]);
    expect(context.stats).toEqual({
      requestedTokens: 70,
      computedTokens: 50,
      reusedTokens: 20,
      batches: 4,
      roomTokens: 64,
    });
  });

  it("reports progress in tokens, up to the total", async () => {
    const seen: number[] = [];
    const requests = [lastOf(list(70)), lastOf(list(30, 1))];
    await open(new SimulatedContext({ batchSize: 16 })).hiddenStates(requests, {
      onProgress: ({ phase, done, total }) => {
        expect([phase, total]).toEqual(["decode", 100]);
        seen.push(done);
      },
    });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(100);
  });

  it("aborts before the start and within a chunk, with the signal's own reason", async () => {
    const native = new SimulatedContext();
    const context = open(native);
    const reason = { any: "value" };
    await expect(context.hiddenStates([lastOf(list(9))], { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(native.decodedTokens).toEqual([]);
    const controller = new AbortController();
    native.beforeDecode = () => {
      controller.abort(reason);
    };
    await expect(context.hiddenStates([lastOf(list(100))], { signal: controller.signal })).rejects.toBe(
      reason,
    );
    expect(native.decodedTokens.length).toBe(16);
    expect(native.usedCells).toBe(0);
  });

  it("a signal that aborts later, or what was aborted earlier, stops no other call", async () => {
    const native = new SimulatedContext();
    const context = open(native);
    const first = new AbortController();
    await context.hiddenStates([lastOf(list(20))], { signal: first.signal });
    native.beforeDecode = () => {
      first.abort();
    };
    const requests = [lastOf(list(40, 1))];
    expect(await context.hiddenStates(requests)).toEqual(expectedStates(requests));
  });

  it.each(["DECODE_FAILED", "OUT_OF_MEMORY"])("keeps nothing after %s", async (code) => {
    const native = new SimulatedContext();
    const context = open(native);
    await context.hiddenStates([lastOf(list(50))]);
    native.beforeDecode = () => {
      throw nativeError(code);
    };
    await expect(context.hiddenStates([lastOf(list(9, 1))])).rejects.toMatchObject({ code });
    expect(native.usedCells).toBe(0);
    native.beforeDecode = () => undefined;
    expect(await context.hiddenStates([lastOf(list(60))])).toEqual(expectedStates([lastOf(list(60))]));
  });

  it("keeps what earlier calls left when a call is aborted", async () => {
    const native = new SimulatedContext();
    const context = open(native);
    await context.hiddenStates([lastOf(list(50))]);
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort();
    };
    await expect(
      context.hiddenStates([lastOf(list(100, 1))], { signal: controller.signal, onProgress }),
    ).rejects.toThrow();
    const before = native.decodedTokens.length;
    await context.hiddenStates([lastOf(list(60))]);
    expect(native.decodedTokens.length - before).toBe(10);
  });

  it("refuses lists that are too long and positions that make no sense, before it computes anything", async () => {
    const native = new SimulatedContext();
    const context = open(native);
    const good = lastOf(list(5));
    await expect(context.hiddenStates([good, lastOf(list(257))])).rejects.toMatchObject({
      code: "CONVERSATION_TOO_LONG",
      details: { tokens: 257, limit: 256 },
    });
    for (const positions of [[], [5], [-1], [2, 2], [3, 1], [0.5]]) {
      await expect(context.hiddenStates([good, { tokens: list(5), positions }])).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
    expect(native.decodedTokens).toEqual([]);
  });

  it("dispose waits for the running chunk, fails the rest, and may be called twice", async () => {
    const native = new SimulatedContext();
    const context = open(native);
    const running = context.hiddenStates([lastOf(list(200))]);
    const waiting = context.hiddenStates([lastOf(list(20, 1))]);
    const outcomes = Promise.allSettled([running, waiting]);
    const disposal = context.dispose();
    expect(context.dispose()).toBe(disposal);
    await disposal;
    expect(
      (await outcomes).map((outcome) =>
        outcome.status === "rejected" ? (outcome.reason as { code: string }).code : "",
      ),
    ).toEqual(["DISPOSED", "DISPOSED"]);
    expect(native.isDisposed).toBe(true);
    await expect(context.hiddenStates([lastOf(list(5))])).rejects.toMatchObject({ code: "DISPOSED" });
  });
});
