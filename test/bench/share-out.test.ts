import { describe, expect, it } from "vitest";
import { quantile, shareOut } from "../../bench/share-out.js";
import { nextTurn } from "../../lib/util/event-loop.js";

describe("shareOut", () => {
  it("does every item once, so many at a time, and tells how long each took", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const { latenciesMs, seconds } = await shareOut([5, 6, 7, 8, 9], 2, async (item) => {
      most = Math.max(most, ++running);
      await nextTurn();
      done.push(item);
      running--;
    });
    expect(done.sort()).toEqual([5, 6, 7, 8, 9]);
    expect(most).toBe(2);
    expect(latenciesMs.every((latency) => latency >= 0)).toBe(true);
    expect(latenciesMs).toHaveLength(5);
    expect(seconds).toBeGreaterThanOrEqual(0);
  });

  it("fails with what a call throws", async () => {
    await expect(shareOut([1], 1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});

describe("quantile", () => {
  it("is the value that a share lies below", () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);
    expect([quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([50, 99, 99]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
