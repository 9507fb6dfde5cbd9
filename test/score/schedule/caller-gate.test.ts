import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallerGate } from "../../../lib/score/schedule/caller-gate.js";
import { nextTurn } from "../../../lib/util/event-loop.js";

describe("CallerGate", () => {
  it("lets a caller have so much under way, in order, and never more", async () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(weights, async (all) => {
        const gate = new CallerGate(25);
        let under = 0;
        const order: number[] = [];
        const work = (weight: number, index: number): Promise<void> =>
          gate.run("a", weight, undefined, async () => {
            under += weight;
            order.push(index);
            expect(under).toBeLessThanOrEqual(25);
            for (let turn = 0; turn < weight % 4; turn++) await nextTurn();
            under -= weight;
          });
        await Promise.all(all.map(work));
        expect(order).toEqual(all.map((_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it("lets one call in whatever it weighs, and nobody wait for another caller", async () => {
    const gate = new CallerGate(10);
    let isOpen = (): void => undefined;
    const door = new Promise<void>((resolve) => (isOpen = resolve));
    const started: string[] = [];
    const start = (name: string, caller: string | undefined, weight: number): Promise<void> =>
      gate.run(caller, weight, undefined, () => {
        started.push(name);
        return door;
      });
    const all = [
      start("huge", "a", 99),
      start("next", "a", 1),
      start("other", "b", 5),
      start("nobody", undefined, 50),
    ];
    await nextTurn();
    expect(started).toEqual(["huge", "other", "nobody"]);
    isOpen();
    await Promise.all(all);
    expect(started).toEqual(["huge", "other", "nobody", "next"]);
  });

  it("an abort while it waits takes it out, and lets those behind in", async () => {
    const gate = new CallerGate(10);
    let isOpen = (): void => undefined;
    const door = new Promise<void>((resolve) => (isOpen = resolve));
    const first = gate.run("a", 6, undefined, () => door);
    const controller = new AbortController();
    const second = gate.run("a", 9, controller.signal, () => Promise.resolve("second"));
    const third = gate.run("a", 4, undefined, () => Promise.resolve("third"));
    controller.abort("stop");
    await expect(second).rejects.toBe("stop");
    expect(await third).toBe("third");
    isOpen();
    await first;
    await expect(gate.run("a", 50, undefined, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await gate.run("a", 50, undefined, () => Promise.resolve(1))).toBe(1);
  });
});
