import { describe, expect, it } from "vitest";
import { PendingCall } from "../../../lib/score/backbone/pending-call.js";
import { PrefixCache } from "../../../lib/score/backbone/prefix-cache.js";
import { Round, type RoundLimits } from "../../../lib/score/backbone/round.js";

const LIMITS: RoundLimits = {
  batchSize: 64,
  maxOutputs: 8,
  contextLength: 256,
  maxSequences: 32,
  maxHeld: 8,
  fewestTokens: 0,
};
const NOTHING = { count: 0, cells: 0 };
const EMPTY = new PrefixCache([]);

/** A call with one request of `length` tokens; those of one salt are equal as far as they go. */
const call = (length: number, salt = 0, positions = [length - 1]): PendingCall =>
  new PendingCall(
    [{ tokens: Int32Array.from({ length }, (_, index) => 1000 * salt + index), positions }],
    {},
  );

const partsOf = (round: Round): number[] => round.parts.map(({ end }) => end);

describe("Round", () => {
  it("takes what fits, and cuts what does not", () => {
    const round = new Round(EMPTY, NOTHING, LIMITS);
    expect(round.take(call(30, 1))).toBe(30);
    const second = call(50, 2);
    expect(round.take(second)).toBe(34);
    expect(round.take(call(1, 3))).toBe("full");
    expect(partsOf(round)).toEqual([30, 34]);
    expect(second.next).toBeDefined();
  });

  it("costs what is shared, with others in the batch or with the cache, nothing", () => {
    const cached = { id: 0, tokens: Int32Array.from({ length: 20 }, (_, index) => 3000 + index), cells: [] };
    const cache = new PrefixCache([{ ...cached, isSpare: false, expiresAt: 9 }]);
    const round = new Round(cache, NOTHING, LIMITS);
    expect(round.take(call(30, 1))).toBe(30);
    expect(round.take(call(35, 1))).toBe(5);
    expect(round.take(call(25, 1))).toBe(0);
    expect(round.take(call(28, 3))).toBe(8);
    // A wanted position inside of the cached prefix is computed again.
    expect(round.take(call(20, 3, [9, 19]))).toBe(0);
    const alone = new Round(cache, NOTHING, LIMITS);
    expect(alone.take(call(20, 3, [9, 19]))).toBe(11);
  });

  it("cuts where the batch has no output left, and takes no more than it has", () => {
    const round = new Round(EMPTY, NOTHING, LIMITS);
    const every = Array.from({ length: 20 }, (_, index) => index);
    expect(round.take(call(20, 1, every))).toBe(8);
    const full = new Round(EMPTY, NOTHING, LIMITS);
    for (let index = 0; index < 8; index++) expect(full.take(call(2, index))).toBe(2);
    expect(full.take(call(2, 9))).toBe("full");
  });

  it("is not worth a cut of a few tokens, unless nothing else is in the batch", () => {
    const limits = { ...LIMITS, fewestTokens: 16 };
    const round = new Round(EMPTY, NOTHING, limits);
    round.take(call(45, 1));
    expect(round.take(call(60, 2))).toBe(19);
    const short = new Round(EMPTY, NOTHING, limits);
    short.take(call(45, 1));
    // What would be left is less than a decode should have, and so would be what is taken.
    expect(short.take(call(22, 2))).toBe("full");
    expect(new Round(EMPTY, NOTHING, limits).take(call(70, 3))).toBe(54);
  });

  it("begins nothing that does not fit into the cache beside what has begun", () => {
    const round = new Round(EMPTY, { count: 1, cells: 100 }, LIMITS);
    expect(round.take(call(200, 1))).toBe("nothing");
    // Whole requests that fit go on; another that would have to be cut does not begin before the one that waits.
    expect(round.take(call(20, 2))).toBe(20);
    expect(round.take(call(120, 3))).toBe("nothing");
    const alone = new Round(EMPTY, NOTHING, LIMITS);
    expect(alone.take(call(256, 1))).toBe(64);
  });

  it("lets no more begin than the cache keeps sequences for", () => {
    const round = new Round(EMPTY, { count: 4, cells: 10 }, LIMITS);
    expect(round.take(call(100, 1))).toBe("nothing");
    expect(round.take(call(60, 2))).toBe(60);
  });

  it("goes on with a beginning, and takes a request as a whole whose beginning was lost", () => {
    const long = call(200, 1);
    const request = long.next;
    if (request === undefined) throw new Error("nothing waits");
    long.deliver(request, 64, []);
    const tokens = request.tokens.subarray(0, 64);
    const cache = new PrefixCache([{ id: 0, tokens, cells: [], isSpare: true, expiresAt: 9 }]);
    expect(new Round(cache, { count: 1, cells: 200 }, LIMITS).take(long)).toBe(64);
    const lost = new Round(EMPTY, { count: 1, cells: 200 }, LIMITS);
    expect(lost.take(long)).toBe(200);
    expect(partsOf(lost)).toEqual([200]);
  });
});
