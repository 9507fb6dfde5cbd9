import { describe, expect, it } from "vitest";
import { CacheLife, tokenCostInCells } from "../../../lib/score/backbone/cache-life.js";

/** Llama 3.2 1B. */
const LLAMA_1B = {
  parameterCount: 1_235_814_400,
  vocabSize: 128_256,
  hiddenSize: 2048,
  layerCount: 16,
  headCount: 32,
};

describe("tokenCostInCells", () => {
  it("gives the measured cost for the shape it was measured with, and more for larger models", () => {
    const cost = tokenCostInCells(LLAMA_1B);
    expect(cost).toBeGreaterThan(17_000);
    expect(cost).toBeLessThan(21_000);
    const llama8b = {
      parameterCount: 8_030_261_248,
      vocabSize: 128_256,
      hiddenSize: 4096,
      layerCount: 32,
      headCount: 32,
    };
    expect(tokenCostInCells(llama8b)).toBeGreaterThan(3 * cost);
  });
});

describe("CacheLife", () => {
  it("keeps sequences for longer the more often kept ones are used", () => {
    const life = new CacheLife(20_000);
    const first = life.keptLife;
    life.learn({ hits: 1, misses: 0 });
    const second = life.keptLife;
    expect(second).toBeGreaterThan(2 * first);
    life.learn({ hits: 0, misses: 3 });
    expect(life.keptLife).toBeLessThan(second);
  });

  it("never keeps for longer than a miss would cost, nor for less than an answer", () => {
    const life = new CacheLife(20_000);
    for (let call = 0; call < 100; call++) life.learn({ hits: 1, misses: 0 });
    expect(life.keptLife).toBeLessThanOrEqual(20_000);
    for (let call = 0; call < 100; call++) life.learn({ hits: 0, misses: 1 });
    expect(life.keptLife).toBe(256);
  });

  it("learns nothing from a call that neither used nor missed anything", () => {
    const life = new CacheLife(20_000);
    const before = life.keptLife;
    life.learn({ hits: 0, misses: 0 });
    expect(life.keptLife).toBe(before);
  });
});
