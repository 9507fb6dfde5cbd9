import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProcessBench } from "../../../lib/eval/index.js";
import { measureProcess, predictFirstError } from "../../../lib/eval/processbench/figures.js";
import { ProcessItems } from "../../../lib/eval/processbench/items.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer } from "../fake-scorer.js";

/** A row as Qwen/ProcessBench has it. */
function row(id: string, label: number, steps = ["a", "b", "c"]): Record<string, unknown> {
  return {
    id,
    generator: "Qwen2-7B-Instruct",
    problem: `Problem ${id}`,
    steps,
    final_answer_correct: label < 0,
    label,
  };
}

const ROWS = [
  row("gsm8k-0", 1),
  row("gsm8k-1", 0),
  row("gsm8k-2", 2),
  row("gsm8k-3", -1),
  row("gsm8k-4", -1),
  row("math-0", 0),
  row("math-1", -1),
];

/** Rewards of the steps of each: of wrong solutions found at the right step, too early, not at all. */
const REWARDS: Readonly<Record<string, number[]>> = {
  "gsm8k-0": [0.9, 0.2, 0.1],
  "gsm8k-1": [0.9, 0.4, 0.9],
  "gsm8k-2": [0.8, 0.7, 0.6],
  "gsm8k-3": [0.9, 0.5, 0.8],
  "gsm8k-4": [0.9, 0.49, 0.8],
  "math-0": [0.1, 0.9, 0.9],
  "math-1": [0.6, 0.6, 0.6],
};

/** QwenLM/ProcessBench code/run_eval_prm_trl.py by hand: acc of wrong ones 1/3, of right ones 1/2; then 1 and 1. */
const GSM8K = { error: 1 / 3, correct: 1 / 2, f1: 0.4, errorCount: 3, correctCount: 2 };
const MATH = { error: 1, correct: 1, f1: 1, errorCount: 1, correctCount: 1 };

async function write(rows: readonly unknown[]): Promise<{ data: string; scores: string; out: string }> {
  const folder = await temporaryFolder();
  const data = join(folder, "data.jsonl");
  await writeFile(data, rows.map((each) => JSON.stringify(each)).join("\n"));
  const scores = join(folder, "scores.jsonl");
  const lines = Object.entries(REWARDS).map(([id, rewards]) =>
    JSON.stringify({ id, steps: rewards.map((reward) => ({ reward })), reward: 0, tokens: 1 }),
  );
  await writeFile(scores, lines.join("\n"));
  return { data, scores, out: join(folder, "out") };
}

describe("ProcessBench", () => {
  it("takes the first step below the threshold", () => {
    expect(predictFirstError([0.9, 0.5, 0.4], 0.5)).toBe(2);
    expect(predictFirstError([0.9, 0.5], 0.5)).toBe(-1);
    expect(predictFirstError([0.9, 0.5], 0.6)).toBe(1);
  });

  it("has the original's figures", async () => {
    const { data, scores, out } = await write(ROWS);
    const summary = await runProcessBench({ data, scores, out, bootstrap: { resamples: 50 } });
    expect(summary).toMatchObject({
      average: 0.7,
      subsets: { gsm8k: GSM8K, math: MATH },
      places: { exact: 2, early: 0, late: 1, missed: 1, unscored: 0 },
      records: { total: 7, scored: 7, failed: 0, bad: 0, missing: 0 },
    });
    expect(JSON.parse(await readFile(join(out, "summary.json"), "utf8"))).toMatchObject({ average: 0.7 });
    const report = await readFile(join(out, "report.html"), "utf8");
    for (const text of ["ProcessBench", "gsm8k", "70.0 %", "40.0 %"]) expect(report).toContain(text);
    const [low, high] = summary.intervals.average;
    expect(low).toBeLessThanOrEqual(0.7);
    expect(high).toBeGreaterThanOrEqual(0.7);
  });

  it("judges by another threshold", async () => {
    const { data, scores, out } = await write(ROWS);
    const summary = await runProcessBench({
      data,
      scores,
      out,
      threshold: 0.45,
      bootstrap: { resamples: 1 },
    });
    // The 0.49 is no error any more.
    expect(summary.subsets["gsm8k"]).toMatchObject({ correct: 1, f1: 2 / 3 / (4 / 3) });
  });

  it("counts what was not scored as wrong, and leaves out what has no score or is no record", async () => {
    const { data, scores, out } = await write([
      ...ROWS,
      row("gsm8k-9", -1),
      { id: "math-2", problem: "?" },
      row("math-3", 7),
    ]);
    const lines = (await readFile(scores, "utf8")).split("\n");
    lines[5] = JSON.stringify({
      id: "math-0",
      error: { code: "CONVERSATION_TOO_LONG", message: "too long" },
    });
    await writeFile(scores, lines.join("\n"));
    const summary = await runProcessBench({ data, scores, out, bootstrap: { resamples: 1 } });
    expect(summary.records).toEqual({ total: 10, scored: 6, failed: 1, bad: 2, missing: 1 });
    expect(summary.subsets["math"]).toMatchObject({ error: 0, correct: 1, f1: 0 });
    expect(summary.places.unscored).toBe(1);
  });

  it("has no F1 of a subset with only one kind of solutions", () => {
    const items = [
      { subset: "a", label: -1, prediction: -1 },
      { subset: "b", label: 0, prediction: 1 },
      { subset: "b", label: -1, prediction: 1 },
    ];
    const { average, subsets } = measureProcess(items, { resamples: 2 });
    expect(subsets["a"]).toMatchObject({ error: null, correct: 1, f1: null });
    expect(subsets["b"]).toMatchObject({ error: 0, correct: 0, f1: 0 });
    expect(average).toBe(0);
    expect(
      measureProcess(
        [items[0]].flatMap((item) => item ?? []),
        { resamples: 2 },
      ).average,
    ).toBeNull();
  });

  it("reads all four splits of a folder as the Hub has it, or the one that is named", async () => {
    const folder = await temporaryFolder();
    const splits = ["gsm8k", "math", "olympiadbench", "omnimath"];
    const files = splits.map((split) => `  - split: ${split}\n    path: ${split}.json`).join("\n");
    await writeFile(
      join(folder, "README.md"),
      `---\nconfigs:\n- config_name: default\n  data_files:\n${files}\n---\n`,
    );
    for (const split of splits)
      await writeFile(join(folder, `${split}.json`), JSON.stringify([row(`${split}-0`, -1)]));
    const subsets = async (split?: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { item } of (await ProcessItems.open(folder, { split })).entries())
        found.push(item?.subset);
      return found;
    };
    expect(await subsets()).toEqual(splits);
    expect(await subsets("math")).toEqual(["math"]);
    await mkdir(join(folder, "empty"));
    await expect(ProcessItems.open(join(folder, "empty"), {})).rejects.toMatchObject({
      code: "DATASET_INVALID",
    });
  });

  it("refuses models of whole answers, scores of other data, and data of another kind", async () => {
    const { data, scores, out } = await write(ROWS);
    await expect(runProcessBench({ data, out, scorer: new FakeScorer() })).rejects.toThrow(
      "rewards whole answers",
    );
    await expect(runProcessBench({ data, out })).rejects.toThrow("Expected a model folder");
    await writeFile(scores, JSON.stringify({ id: "gsm8k-0", steps: [{ reward: 1 }] }));
    await expect(runProcessBench({ data, out, scores })).rejects.toThrow("3 steps but 1 rewards");
    await writeFile(scores, JSON.stringify({ id: "other", steps: [{ reward: 1 }] }));
    await expect(runProcessBench({ data, out, scores })).rejects.toThrow("None of the 7 records");
    await writeFile(scores, JSON.stringify({ id: "gsm8k-0", reward: 1 }));
    await expect(runProcessBench({ data, out, scores })).rejects.toThrow("no rewards of steps");
    await writeFile(scores, JSON.stringify({ id: 0, error: { code: "X", message: "x" } }));
    await writeFile(data, JSON.stringify({ prompt: "?", chosen: "a", rejected: "b" }));
    await expect(runProcessBench({ data, out, scores })).rejects.toThrow("no ProcessBench record");
  });
});
