import { describe, expect, it } from "vitest";
import { pairedResult, takeTurns, type Side } from "../../bench/rounds.js";

const { signal } = new AbortController();

describe("rounds", () => {
  it("let every side run once per round, and do not count the warm-up", async () => {
    const order: string[] = [];
    const side = (name: string): Side => ({
      run: (round) => {
        order.push(`${name}${round}`);
        return Promise.resolve(round);
      },
    });
    expect(await takeTurns([side("a"), side("b")], { runs: 2, signal }, 1)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(order).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
    expect(await takeTurns([side("c")], { runs: 3, signal }, 0)).toEqual([[1, 2, 3]]);
  });

  it("end between two turns when they are interrupted", async () => {
    const interruption = new AbortController();
    const reason = new Error("Ctrl-C");
    const turns: number[] = [];
    const side: Side = {
      run: (round) => {
        turns.push(round);
        if (round === 2) interruption.abort(reason);
        return Promise.resolve(round);
      },
    };
    await expect(takeTurns([side, side], { runs: 5, signal: interruption.signal }, 0)).rejects.toBe(reason);
    expect(turns).toEqual([1, 1, 2]);
  });

  it("give the ratio within rounds, so that a machine that slows down does not matter", () => {
    // Both sides get slower by the same factor each round.
    const result = pairedResult(
      { workload: "w", metric: "tokens/s", peer: "p", shape: "1B" },
      [100, 50, 10],
      [50, 25, 5],
    );
    expect(result).toEqual({
      workload: "w",
      metric: "tokens/s",
      ours: 50,
      peer: "p",
      theirs: 25,
      ratio: 2,
      runs: 3,
      shape: "1B",
    });
  });
});
