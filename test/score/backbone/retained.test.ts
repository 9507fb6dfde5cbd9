import { describe, expect, it } from "vitest";
import type { HeldSequence } from "../../../lib/score/backbone/prefix-cache.js";
import { retainWanted } from "../../../lib/score/backbone/retained.js";

const held = (id: number, ...tokens: number[]): HeldSequence => ({
  id,
  tokens: Int32Array.from(tokens),
  cells: tokens.map((_, index) => 100 * id + index),
  isSpare: false,
  expiresAt: 5,
});
const wanted = (computed: number, ...tokens: number[]): { tokens: Int32Array; computed: number } => ({
  tokens: Int32Array.from(tokens),
  computed,
});

describe("retainWanted", () => {
  it("makes what waiting requests go on from stay, and only that", () => {
    const all = [held(0, 1, 2, 3), held(1, 7, 8, 9), held(2, 5, 5, 5)];
    const { sequences, originals } = retainWanted(all, [wanted(0, 1, 2, 9), wanted(0, 6)]);
    expect(sequences.map(({ expiresAt }) => expiresAt > 1e9)).toEqual([true, false, false]);
    expect(sequences.map((sequence) => originals.get(sequence) ?? sequence)).toEqual(all);
    expect(sequences[1]).toBe(all[1]);
  });

  it("keeps no long sequence for the sake of a few tokens", () => {
    const long = held(0, ...Array.from({ length: 100 }, (_, index) => index));
    const { originals } = retainWanted([long], [wanted(0, 0, 1, 2)]);
    expect(originals.size).toBe(0);
  });

  it("the beginning of a request under way counts as a spare, and stays", () => {
    const { sequences } = retainWanted(
      [held(0, 1, 2, 3), held(1, 7, 8)],
      [wanted(3, 1, 2, 3, 4), wanted(0, 7, 8, 9)],
    );
    expect(sequences.map(({ isSpare, expiresAt }) => [isSpare, expiresAt > 1e9])).toEqual([
      [true, true],
      [false, true],
    ]);
  });
});
