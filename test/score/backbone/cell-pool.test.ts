import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CellPool } from "../../../lib/score/backbone/cell-pool.js";
import type { HeldSequence } from "../../../lib/score/backbone/prefix-cache.js";

const LIMITS = { contextLength: 40, maxSequences: 8 };

/** What a test does to a pool; numbers choose among the sequences that there are. */
const randomCommand = fc.oneof(
  fc.record({ kind: fc.constant("start"), length: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant("branch"), which: fc.nat(), keep: fc.nat() }),
  fc.record({ kind: fc.constant("grow"), which: fc.nat() }),
  fc.record({ kind: fc.constant("drop"), which: fc.nat() }),
  fc.record({
    kind: fc.constant("hold"),
    which: fc.nat(),
    isSpare: fc.boolean(),
    expiresAt: fc.nat({ max: 20 }),
  }),
  fc.record({ kind: fc.constant("need"), which: fc.nat() }),
  fc.record({ kind: fc.constant("evict") }),
  fc.record({ kind: fc.constant("expire"), clock: fc.nat({ max: 20 }) }),
  fc.record({ kind: fc.constant("holdAtMost"), count: fc.nat({ max: 4 }) }),
);
type Command = typeof randomCommand extends fc.Arbitrary<infer T> ? T : never;

interface Open {
  id: number;
  cells: number[];
}

/** Follows a pool: who holds which cells, and which sequences the operations leave in a context. */
class Model {
  readonly pool: CellPool;
  readonly open: Open[] = [];
  readonly needed = new Set<HeldSequence>();
  /** Ids that are in the KV cache by the operations taken so far. */
  readonly inMemory: Set<number>;

  constructor(held: readonly HeldSequence[]) {
    this.pool = new CellPool(held, LIMITS);
    this.inMemory = new Set(held.map(({ id }) => id));
  }

  run(command: Command): void {
    const { pool, open } = this;
    const own = "which" in command ? open[command.which % Math.max(1, open.length)] : undefined;
    const held = "which" in command ? pool.held[command.which % Math.max(1, pool.held.length)] : undefined;
    const before = pool.held;
    switch (command.kind) {
      case "start":
        if (pool.freeIds === 0 || pool.freeCells < command.length) return;
        open.push(pool.branch({ id: -1, cells: [] }, 0));
        for (let count = 0; count < command.length; count++) open.at(-1)?.cells.push(pool.takeCell());
        return;
      case "branch": {
        const source = held ?? own;
        if (source === undefined || pool.freeIds === 0) return;
        const cells = source.cells.slice(0, 1 + (command.keep % source.cells.length));
        open.push(pool.branch({ id: source.id, cells }, held === undefined ? 0 : cells.length));
        expect(open.at(-1)?.cells).toEqual(cells);
        return;
      }
      case "grow":
        if (pool.freeCells > 0) own?.cells.push(pool.takeCell());
        return;
      case "drop":
        if (own !== undefined) pool.drop(this.#close(own));
        return;
      case "hold":
        if (own === undefined) return;
        this.#close(own);
        this.inMemory.add(own.id);
        pool.hold({ ...own, tokens: Int32Array.from(own.cells), ...command });
        return;
      case "need":
        if (held === undefined) return;
        pool.need(held);
        this.needed.add(held);
        return;
      case "evict":
        expect(pool.evict()).toBe(before.length > 0);
        this.checkGivenUp(before, 1);
        return;
      case "expire":
        pool.expire(command.clock);
        expect(pool.held).toEqual(
          before.filter((sequence) => sequence.expiresAt > command.clock || this.needed.has(sequence)),
        );
        return;
      case "holdAtMost":
        pool.holdAtMost(command.count);
        this.checkGivenUp(before, Math.max(0, before.length - command.count));
    }
  }

  /** The first to expire go first, and the needed ones after all others. */
  checkGivenUp(before: readonly HeldSequence[], count: number): void {
    const order = (sequence: HeldSequence): number =>
      sequence.expiresAt + (this.needed.has(sequence) ? 1000 : 0);
    const kept = new Set(this.pool.held);
    const gone = before.filter((sequence) => !kept.has(sequence));
    expect(gone.length).toBe(Math.min(count, before.length));
    expect(Math.max(...gone.map(order))).toBeLessThanOrEqual(Math.min(...this.pool.held.map(order)));
  }

  check(): void {
    const sequences = [...this.open, ...this.pool.held];
    const ids = sequences.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(this.pool.freeIds).toBe(LIMITS.maxSequences - ids.length);
    expect(this.pool.freeCells).toBe(
      LIMITS.contextLength - new Set(sequences.flatMap(({ cells }) => cells)).size,
    );
    for (const operation of this.pool.takeOperations()) {
      if (operation.kind === "remove") this.inMemory.delete(operation.sequence);
      else {
        expect(this.inMemory).toContain(operation.from);
        this.inMemory.add(operation.to);
      }
    }
    const heldIds = new Set(this.pool.held.map(({ id }) => id));
    expect([...heldIds].every((id) => this.inMemory.has(id))).toBe(true);
    for (const id of this.inMemory) expect(ids).toContain(id);
  }

  #close(sequence: Open): Open {
    this.open.splice(this.open.indexOf(sequence), 1);
    return sequence;
  }
}

const sequence = (id: number, expiresAt: number, isSpare = false): HeldSequence => ({
  id,
  tokens: Int32Array.of(id, 1),
  cells: [2 * id, 2 * id + 1],
  isSpare,
  expiresAt,
});

describe("CellPool", () => {
  it("keeps count of ids and cells, and its operations keep the context in step, whatever is done", () => {
    fc.assert(
      fc.property(
        fc.array(randomCommand, { maxLength: 60 }),
        fc.integer({ min: 0, max: 3 }),
        (commands, count) => {
          const held = Array.from({ length: count }, (_, id) => sequence(id, 5 * id));
          const model = new Model(held);
          model.check();
          for (const command of commands) {
            model.run(command);
            model.check();
          }
          const given = new Set(model.pool.survivors);
          for (const survivor of given) expect(model.pool.held).toContain(survivor);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("counts what was used and what was given up unused, spares aside", () => {
    const pool = new CellPool([sequence(0, 1), sequence(1, 2), sequence(2, 3, true), sequence(3, 4)], LIMITS);
    const [, second, , last] = pool.held;
    if (second === undefined || last === undefined) throw new Error("They are held.");
    pool.need(last);
    pool.expire(3);
    expect(pool.held).toEqual([last]);
    pool.demoteNeeded(9);
    expect([pool.hits, pool.misses, pool.givenUp]).toEqual([1, 2, 3]);
    expect(pool.held).toEqual([{ ...last, isSpare: true, expiresAt: 9 }]);
    expect(pool.survivors).toEqual([last]);
  });

  it("refuses a sequence beyond the last id", () => {
    const pool = new CellPool([], { contextLength: 4, maxSequences: 1 });
    pool.branch({ id: -1, cells: [] }, 0);
    expect(() => pool.branch({ id: -1, cells: [] }, 0)).toThrow(RangeError);
  });
});
