import { expect, it } from "vitest";
import {
  draftOf,
  readRuns,
  withRun,
} from "../../../../../examples/electron/renderer/rank/history/history.js";
import type { RankingRun } from "../../../../../examples/electron/renderer/rank/results/ranking.js";
import { named } from "../../../../../examples/electron/renderer/workspace/draft.js";

const run = (at: number): RankingRun => ({
  at,
  rankings: [
    {
      model: {
        name: "m",
        headKind: "h",
        type: "f32",
        task: "score",
        fingerprint: "f",
        temperature: undefined,
      },
      messages: [{ role: "user", content: "q" }],
      candidates: named(["a", "b"]),
      scores: [{ reward: 1, index: 0, rank: 1, tokenCount: 1, warnings: [] }],
      probability: undefined,
      elapsedMs: 1,
    },
  ],
});

it("the newest thirty rankings are kept, and read again", () => {
  let runs: RankingRun[] = [];
  for (let at = 1; at <= 40; at++) runs = withRun(runs, run(at));
  expect(runs.map(({ at }) => at)).toEqual(Array.from({ length: 30 }, (_, index) => 40 - index));
  const kept = readRuns(JSON.parse(JSON.stringify(runs)));
  expect(kept).toHaveLength(30);
  expect(kept[0]?.rankings[0]?.scores).toEqual(run(1).rankings[0]?.scores);
  expect(draftOf(run(1))).toEqual({
    messages: [{ role: "user", content: "q" }],
    candidates: named(["a", "b"]),
  });
});

it("what another version wrote is left out", () => {
  const [ranking] = run(1).rankings;
  const others = [
    null,
    { at: 1 },
    { at: 1, rankings: [] },
    { at: 1, rankings: [{ ...ranking, scores: [{ reward: "1" }] }] },
    { at: 1, rankings: [{ ...ranking, model: {} }] },
    { at: 1, rankings: [{ ...ranking, candidates: [] }] },
  ];
  expect(readRuns(others)).toEqual([]);
  expect(readRuns("x")).toEqual([]);
});
