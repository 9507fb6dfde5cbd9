import { describe, expect, it } from "vitest";
import { nextTurn } from "../../lib/util/event-loop.js";
import { Gather } from "../../lib/util/gather.js";

/** Doubles numbers; refuses calls with a negative one. */
function doubling(most = 4): { gather: Gather<number, number>; calls: number[][] } {
  const calls: number[][] = [];
  const gather = new Gather(async (numbers: readonly number[]) => {
    calls.push([...numbers]);
    await nextTurn();
    if (numbers.some((number) => number < 0)) throw new Error(`negative: ${numbers.join(" ")}`);
    return numbers.map((number) => 2 * number);
  }, most);
  return { gather, calls };
}

describe("Gather", () => {
  it("does together what comes while a call runs, and gives each its own", async () => {
    const { gather, calls } = doubling();
    const first = gather.run([1]);
    await nextTurn();
    const others = [gather.run([2, 3]), gather.run([]), gather.run([4])];
    expect(await first).toEqual([2]);
    expect(await Promise.all(others)).toEqual([[4, 6], [], [8]]);
    expect(calls).toEqual([[1], [2, 3, 4]]);
    expect(await gather.run([5])).toEqual([10]);
  });

  it("begins calls made at once together, and joins no more than so many", async () => {
    const { gather, calls } = doubling(3);
    const all = [[1], [2, 2], [3], [4, 4, 4, 4, 4], [5]].map((numbers) => gather.run(numbers));
    expect((await Promise.all(all)).flat()).toEqual([2, 4, 4, 6, 8, 8, 8, 8, 8, 10]);
    expect(calls).toEqual([[1, 2, 2], [3], [4, 4, 4, 4, 4], [5]]);
  });

  it("fails only who is at fault, with the error of its own call", async () => {
    const { gather } = doubling(10);
    const outcomes = await Promise.allSettled([gather.run([1]), gather.run([-1]), gather.run([3])]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled", value: [2] },
      { status: "rejected", reason: { message: "negative: -1" } },
      { status: "fulfilled", value: [6] },
    ]);
    expect(await gather.run([7])).toEqual([14]);
  });
});
