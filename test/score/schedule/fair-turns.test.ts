import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dealTurns,
  joinTurns,
  leaveTurns,
  type Taken,
  type Turn,
} from "../../../lib/score/schedule/fair-turns.js";

const QUANTUM = 10;
const ROOM = 40;

/** Callers with costs of items that wait; each round has room for so much, and an item that goes beyond it ends the round. */
class Callers {
  turns: readonly Turn<string>[] = [];
  readonly served = new Map<string, number>();
  readonly #items = new Map<string, number[]>();

  add(caller: string, ...costs: number[]): void {
    this.#items.set(caller, [...(this.#items.get(caller) ?? []), ...costs]);
    this.turns = joinTurns(this.turns, caller, QUANTUM);
  }

  hasItems(caller: string): boolean {
    return (this.#items.get(caller)?.length ?? 0) > 0;
  }

  /** @returns whose items were taken, in order */
  round(): string[] {
    let room = ROOM;
    const order: string[] = [];
    this.turns = dealTurns(this.turns, QUANTUM, (caller): Taken => {
      if (room <= 0) return "full";
      const cost = this.#items.get(caller)?.shift();
      if (cost === undefined) return "nothing";
      room -= cost;
      order.push(caller);
      this.served.set(caller, (this.served.get(caller) ?? 0) + cost);
      return cost;
    });
    for (const { caller } of this.turns)
      if (!this.hasItems(caller)) this.turns = leaveTurns(this.turns, caller);
    return order;
  }
}

describe("turns of callers", () => {
  it("a new caller has its turn in the next round, whatever waits of another", () => {
    const callers = new Callers();
    callers.add("large", ...Array<number>(3000).fill(7));
    for (let round = 0; round < 20; round++) {
      callers.round();
      callers.add(`small ${round}`, 7);
      expect(callers.round()).toContain(`small ${round}`);
    }
  });

  it("while callers have work, what they get differs by less than a quantum and two of the costliest items", () => {
    const costs = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 300, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(costs, { minLength: 2, maxLength: 6 }), (all) => {
        const callers = new Callers();
        all.forEach((list, index) => {
          callers.add(String(index), ...list);
        });
        const names = all.map((_, index) => String(index));
        while (names.every((name) => callers.hasItems(name))) {
          callers.round();
          if (!names.every((name) => callers.hasItems(name))) break;
          const served = names.map((name) => callers.served.get(name) ?? 0);
          expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(QUANTUM + 2 * 60);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("takes every item once, each caller's in its order, and keeps no caller waiting for ever", () => {
    const caller = fc.record({
      costs: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }),
      comes: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(caller, { minLength: 1, maxLength: 12 }), (all) => {
        const callers = new Callers();
        const order: string[] = [];
        for (let round = 0; round < 6 || callers.turns.length > 0; round++) {
          expect(round).toBeLessThan(1000);
          all.forEach(({ costs, comes }, index) => {
            if (comes === round && costs.length > 0) callers.add(String(index), ...costs);
          });
          order.push(...callers.round());
        }
        all.forEach(({ costs }, index) => {
          expect(order.filter((name) => name === String(index)).length).toBe(costs.length);
        });
      }),
    );
  });

  it("one caller after another that ask for little do not keep a large one from its share", () => {
    const callers = new Callers();
    callers.add("large", ...Array<number>(10_000).fill(5));
    for (let round = 0; round < 200; round++) {
      // Always four beside it, each with twice a quantum.
      for (let index = 0; callers.turns.length < 5; index++) callers.add(`${round} ${index}`, 20);
      callers.round();
    }
    expect(callers.served.get("large")).toBeGreaterThanOrEqual((200 * ROOM) / 12);
  });

  it("who cannot take what is next keeps the place at the front, and is not in the way of others", () => {
    const turns = ["a", "b", "c"].map((caller) => ({ caller, credit: QUANTUM }));
    const left = new Map([
      ["b", 2],
      ["c", 1],
    ]);
    const order: string[] = [];
    const after = dealTurns(turns, QUANTUM, (caller) => {
      const count = left.get(caller) ?? 0;
      if (count === 0) return "nothing";
      left.set(caller, count - 1);
      order.push(caller);
      return 5;
    });
    expect(order).toEqual(["b", "b", "c"]);
    expect(after[0]).toEqual({ caller: "a", credit: QUANTUM });
    expect(after.map(({ caller }) => caller).sort()).toEqual(["a", "b", "c"]);
  });

  it("changes nothing of what it was given", () => {
    const turns = Object.freeze([Object.freeze({ caller: "a", credit: 1 })]);
    let isTaken = false;
    const after = dealTurns(turns, QUANTUM, () => {
      if (isTaken) return "full";
      isTaken = true;
      return 3;
    });
    expect(after).toEqual([{ caller: "a", credit: -2 + QUANTUM }]);
    expect(joinTurns(turns, "a", QUANTUM)).toBe(turns);
    expect(leaveTurns(turns, "b")).toEqual(turns);
  });
});
