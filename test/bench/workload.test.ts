import { describe, expect, it } from "vitest";
import { bestOf, mixedPairs, nextAnswer, pairs, randomTokens, single } from "../../bench/workload.js";

const random = (seed = 1): ((count: number) => Int32Array) => randomTokens(seed, 1000);
const shared = (a: Int32Array, b: Int32Array): number => a.findIndex((token, index) => token !== b[index]);

describe("workloads", () => {
  it("draw the same tokens from the same seed, within the vocabulary", () => {
    expect(random(7)(100)).toEqual(random(7)(100));
    expect(random(7)(100)).not.toEqual(random(8)(100));
    expect(Math.max(...random()(10_000))).toBeLessThan(1000);
    expect(Math.min(...random()(10_000))).toBeGreaterThanOrEqual(0);
  });

  it("have the lengths and the shared prefixes of their names", () => {
    expect(
      single(64)
        .candidates(random(), [])
        .map((tokens) => tokens.length),
    ).toEqual([64]);
    const best = bestOf(8).candidates(random(), []);
    expect(best.map((tokens) => tokens.length)).toEqual(Array(8).fill(320));
    for (const other of best.slice(1)) expect(shared(other, best[0] ?? other)).toBeGreaterThanOrEqual(256);
    const [chosen = new Int32Array(), rejected = new Int32Array(), next = new Int32Array()] = pairs(
      2,
    ).candidates(random(), []);
    expect([chosen.length, rejected.length]).toEqual([640, 640]);
    expect(shared(chosen, rejected)).toBeGreaterThanOrEqual(512);
    expect(shared(chosen, next)).toBeLessThan(512);
  });

  it("continue the conversation that was scored before", () => {
    const workload = nextAnswer();
    const source = random();
    const warm = workload.warmUp?.(source) ?? [];
    const [candidate = new Int32Array()] = workload.candidates(source, warm);
    expect(candidate.length).toBe(2112);
    expect(candidate.subarray(0, 2048)).toEqual(warm[0]);
  });

  it("mix lengths with the mean of RewardBench: 390 tokens for a prompt and both answers", () => {
    const candidates = mixedPairs(2985).candidates(randomTokens(3, 128256), []);
    let tokens = 0;
    for (let index = 0; index < candidates.length; index += 2) {
      const [a = new Int32Array(), b = new Int32Array()] = candidates.slice(index, index + 2);
      tokens += a.length + b.length - Math.max(0, shared(a, b));
    }
    expect(tokens / 2985).toBeGreaterThan(360);
    expect(tokens / 2985).toBeLessThan(420);
  });
});
