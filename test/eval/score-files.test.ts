import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { writeDataset } from "../../lib/data/dataset/index.js";
import { runEval } from "../../lib/eval/run-eval.js";
import { EVAL_FILES, type EvalOptions } from "../../lib/eval/eval-options.js";
import type { EvalSummary } from "../../lib/eval/analysis/summary.js";
import { toLines } from "../cli/cli.js";
import { EvalFolder } from "./eval-folder.js";
import { syntheticRewardBench2 } from "./synthetic-benchmarks.js";

const folder = EvalFolder.use();

function evaluate(
  options: Pick<EvalOptions, "data" | "scores"> & Partial<EvalOptions>,
): Promise<EvalSummary> {
  return runEval({ benchmark: "pairs", out: folder.at("out"), bootstrap: { resamples: 20 }, ...options });
}

const pair = (id: string | number, more: object = {}): object => ({
  id,
  prompt: "q",
  chosen: "a",
  rejected: "b",
  ...more,
});
const score = (id: string | number, chosen: number | null, rejected: number | null = 0): object => ({
  id,
  chosen,
  rejected,
});

describe("scores that were made elsewhere", () => {
  it("are not lost to a bad row whose line is the id of a later record", async () => {
    const data = await folder.file("bad-first.jsonl", `{broken\n${toLines([pair(1), pair(0), pair(2)])}`);
    const ids = [0, 1, 2];
    const scores = await folder.file("bad-first.scores.jsonl", toLines(ids.map((id) => score(id, id))));
    const { records, average } = await evaluate({ data, scores });
    expect(records).toEqual({ total: 4, scored: 3, failed: 0, bad: 1, missing: 0 });
    expect(average).toBe(2 / 3);
  });

  it("may hold the errors of bad rows, as ours do, under the id of another record", async () => {
    const data = await folder.file("bad-own.jsonl", `{broken\n${toLines([pair(0), pair(7)])}`);
    const error = { code: "DATASET_INVALID", message: "Line 1 is not JSON" };
    const scores = await folder.file(
      "bad-own.scores.jsonl",
      toLines([{ id: 0, error }, score(0, 1), score(7, 1)]),
    );
    const { records } = await evaluate({ data, scores });
    expect(records).toEqual({ total: 3, scored: 2, failed: 0, bad: 1, missing: 0 });
  });

  it.each(["null.jsonl", "null.parquet"])(
    "count a record without a reward as not scored (%s)",
    async (name) => {
      const data = await folder.file("null-data.jsonl", toLines([0, 1, 2, 3].map((id) => pair(id))));
      const scores = folder.at(name);
      // Parquet can hold NaN, which JSON cannot.
      const none = name.endsWith(".parquet") ? Number.NaN : null;
      await writeDataset(scores, [score(0, none), score(1, 1), score(2, 1, none), score(3, 1)] as Record<
        string,
        unknown
      >[]);
      const { records, average } = await evaluate({ data, scores });
      expect(records).toEqual({ total: 4, scored: 2, failed: 2, bad: 0, missing: 0 });
      expect(average).toBe(0.5);
    },
  );

  it("may be the columns that RewardBench 2 writes", async () => {
    const rows = syntheticRewardBench2(5, () => "x") as {
      id: string;
      chosen: string[];
      rejected: string[];
    }[];
    const scored = rows.map(({ id, chosen, rejected }, row) => ({
      id,
      scores: [...chosen, ...rejected].map((_, index) => Math.sin(row * 13 + index * 7)),
    }));
    const data = await folder.file("rb2.jsonl", toLines(rows));
    const lines = await folder.file("rb2.scores.jsonl", toLines(scored));
    // `reroll_and_score_dataset` also gives each row its result, and the Ties subset none.
    const columns = {
      id: scored.map(({ id }) => id),
      model: "owner/name",
      results: scored.map((_, index) => (index % 2 === 0 ? 0 : null)),
      scores: scored.map(({ scores }) => scores),
      text: scored.map(({ scores }) => scores.map(() => "x")),
    };
    const whole = await folder.file("rb2.scores.json", JSON.stringify(columns, null, 4));
    const benchmark = "rewardbench2";
    const expected = await evaluate({ benchmark, data, scores: lines });
    const { subsets, records } = await evaluate({ benchmark, data, scores: whole });
    expect(subsets).toEqual(expected.subsets);
    expect(records).toMatchObject({ scored: rows.length, missing: 0 });
  });
});

describe("a temperature that cannot be fitted", () => {
  it("is explained in one sentence after the other", async () => {
    const ids = Array.from({ length: 60 }, (_, id) => id);
    const data = await folder.file("right.jsonl", toLines(ids.map((id) => pair(id))));
    const scores = await folder.file("right.scores.jsonl", toLines(ids.map((id) => score(id, 1 + (id % 3)))));
    const { calibration } = await evaluate({ data, scores });
    expect(calibration?.fit).toMatchObject({
      reason: expect.stringMatching(/^no temperature fits .*[^.]$/) as string,
    });
    const report = await readFile(folder.at("out", EVAL_FILES.report), "utf8");
    expect(report).toMatch(/No temperature was fitted: no temperature fits these 30 pairs[^<]* pairs\. On/);
  });
});

describe("--against with other records", () => {
  const rights = [1, 0, 1, 0, 1, 0, 1, 0];
  const all = rights.map((reward, id) => score(id, reward, 0.5));

  it("compares the averages over the records that both have", async () => {
    const data = await folder.file("against.jsonl", toLines(rights.map((_, id) => pair(id))));
    const scores = await folder.file("against-all.jsonl", toLines(all));
    const some = await folder.file(
      "against-some.jsonl",
      toLines(all.filter((_, id) => id !== 1 && id !== 3)),
    );
    for (const [ours, theirs, average] of [
      [scores, some, 0.5],
      [some, scores, 4 / 6],
    ] as const) {
      const summary = await evaluate({ data, scores: ours, against: theirs });
      expect(summary.average).toBeCloseTo(average, 12);
      expect(summary.comparison?.records).toBe(6);
      for (const run of summary.comparison?.runs ?? []) expect(run.average).toBeCloseTo(4 / 6, 12);
      expect(summary.comparison?.differences).toMatchObject([{ average: { difference: 0 } }]);
    }
  });

  it("says so when there is none", async () => {
    const data = await folder.file("apart.jsonl", toLines(rights.map((_, id) => pair(id))));
    const scores = await folder.file("apart-first.jsonl", toLines(all.slice(0, 4)));
    const other = await folder.file("apart-last.jsonl", toLines(all.slice(4)));
    await expect(evaluate({ data, scores, against: other })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/apart-last\.jsonl has no score .*--against/) as string,
    });
  });
});

describe("counts of subsets", () => {
  it("hold whatever a subset is called", async () => {
    const names = ["constructor", "__proto__", "toString", "10", "plain"];
    const rows = names.flatMap((subset, name) =>
      Array.from({ length: name + 1 }, (_, row) => ({ id: `${name}-${row}`, subset })),
    );
    const data = await folder.file(
      "names.jsonl",
      toLines(rows.map(({ id, subset }) => pair(id, { subset }))),
    );
    const scores = await folder.file("names.scores.jsonl", toLines(rows.map(({ id }) => score(id, 1))));
    const { counts, subsets, intervals } = await evaluate({ data, scores });
    const sorted = (entries: [string, unknown][]): unknown => entries.sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(Object.entries(counts))).toEqual(sorted(names.map((name, index) => [name, index + 1])));
    expect(sorted(Object.entries(subsets))).toEqual(sorted(names.map((name) => [name, 1])));
    // All of n, by Wilson: from n / (n + 1.96²).
    const all = (n: number): unknown => [expect.closeTo(n / (n + 1.959963984540054 ** 2), 12), 1];
    expect(sorted(Object.entries(intervals.subsets))).toEqual(
      sorted(names.map((name, index) => [name, all(index + 1)])),
    );
  });

  it.each([
    ["rm-bench", "safety-refuse", "safety-response", "safety", ["a", "b", "c"]],
    ["rewardbench2", "Ties", "ties", "Ties", ["a"]],
  ] as const)("%s counts %s and %s together as %s", async (benchmark, first, second, subset, answers) => {
    const rows = [first, second, second].map((name, row) => ({
      id: `tied:${row}`,
      prompt: "q",
      chosen: answers,
      rejected: answers,
      num_correct: benchmark === "rewardbench2" ? 1 : undefined,
      domain: name,
      subset: name,
    }));
    const data = await folder.file("counts.jsonl", toLines(rows));
    const results = [...answers, ...answers].map((_, index) => -index);
    const scores = await folder.file("counts.scores.jsonl", toLines(rows.map(({ id }) => ({ id, results }))));
    const summary = await evaluate({ benchmark, data, scores });
    expect(summary.counts).toEqual({ [subset]: 3 });
    expect(Object.keys(summary.subsets)).toEqual([subset]);
  });
});
