import { describe, expect, it } from "vitest";
import { decisivePairs } from "../../../lib/eval/analysis/decisive-pair.js";
import { worstPairs } from "../../../lib/eval/analysis/worst-pairs.js";
import type { ItemReader } from "../../../lib/data/records/item-reader.js";
import { ScoreTable } from "../../../lib/eval/items/score-table.js";
import type { ScoredItem } from "../../../lib/eval/items/scored-item.js";

const ITEMS: readonly ScoredItem[] = [
  { position: 0, id: "a", subset: "s", chosen: [{ reward: 1.5, tokens: 7, std: 0.25 }], rejected: [] },
  { position: 3, id: "b", subset: "", chosen: [{ reward: Number.NaN }], rejected: [{ reward: -2, std: 1 }] },
  {
    position: 4,
    id: "c",
    subset: "s",
    chosen: [{ reward: 1 }, { reward: 2, tokens: 1 }],
    rejected: [{ reward: 3 }],
  },
];

describe("ScoreTable", () => {
  it("gives back what was put in, as often as it is asked", () => {
    const table = new ScoreTable();
    for (const item of ITEMS) table.add(item);
    expect(table).toHaveLength(3);
    expect([...table]).toEqual(ITEMS);
    expect([...table]).toEqual(ITEMS);
  });
});

describe("worstPairs", () => {
  /** Margins of records in order; each record's texts are its position. */
  async function worst(margins: readonly number[], count: number): Promise<unknown> {
    const items = margins.map((margin, position): ScoredItem => ({
      position,
      id: String(position),
      subset: "",
      chosen: [{ reward: margin }],
      rejected: [{ reward: 0 }],
    }));
    const turns = (position: number) => [{ role: "user", content: String(position) }];
    async function* entries(): AsyncIterable<unknown> {
      await Promise.resolve();
      for (const { position: line, id, subset } of items) {
        yield { line, id, item: { id, subset, chosen: [turns(line)], rejected: [turns(line)] } };
      }
    }
    const reader = { entries } as unknown as ItemReader;
    return (await worstPairs(decisivePairs(items), reader, count, true)).map(({ id, chosen }) => [
      id,
      chosen[0]?.content,
    ]);
  }

  it("finds the most wrong records, the earlier of equals first, and reads their texts again", async () => {
    const margins = [-1, 5, -3, Number.NaN, -2, 0, -3, -1, -4, -3];
    expect(await worst(margins, 4)).toEqual(["8", "2", "6", "9"].map((id) => [id, id]));
    expect(await worst(margins, 6)).toEqual(["8", "2", "6", "9", "4", "0"].map((id) => [id, id]));
    expect(await worst([1, 0], 4)).toEqual([]);
  });
});
