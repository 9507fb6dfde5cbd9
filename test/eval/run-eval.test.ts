import { createHash } from "node:crypto";
import { mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeDataset } from "../../lib/data/dataset/index.js";
import { runEval } from "../../lib/eval/run-eval.js";
import { EVAL_FILES, type EvalProgress } from "../../lib/eval/eval-options.js";
import { toLines } from "../cli/cli.js";
import { EvalFolder } from "./eval-folder.js";
import { FakeScorer, TOO_LONG } from "./fake-scorer.js";

const folder = EvalFolder.use();

interface PairLine {
  id: number;
  subset: string;
  chosen: { reward: number; tokens: number; std: number };
  rejected: { reward: number };
  margin: number;
  probability: number;
}

describe("runEval", () => {
  it("writes scores, summary, report and RewardBench's own result file", async () => {
    const summary = await runEval(folder.options("whole"));
    const lines = (await folder.scoresOf("whole")).trimEnd().split("\n");
    expect(lines).toHaveLength(folder.rows.length);
    const records = lines.map((line) => JSON.parse(line) as PairLine);
    expect(records.map(({ id, subset }) => ({ id, subset }))).toEqual(
      folder.rows.map(({ id, subset }) => ({ id, subset })),
    );
    const hepGo = records.filter(({ subset }) => subset === "hep-go");
    const right = hepGo.filter(({ chosen, rejected }) => chosen.reward > rejected.reward);
    expect(summary.subsets["hep-go"]).toBe(right.length / hepGo.length);
    expect(records[0]?.probability).toBeCloseTo(1 / (1 + Math.exp(-(records[0]?.margin ?? 0))), 14);

    const written = JSON.parse(await readFile(folder.at("whole", EVAL_FILES.summary), "utf8")) as unknown;
    expect(written).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(summary.records).toEqual({
      total: folder.rows.length,
      scored: folder.rows.length,
      failed: 0,
      bad: 0,
      missing: 0,
    });
    expect(summary.uncertainty).toHaveLength(19);
    expect(summary.attributes.map(({ name, chosen }) => [name, chosen > 0.5])).toEqual([
      ["helpfulness", true],
      ["verbosity", false],
    ]);

    const result = JSON.parse(await readFile(folder.at("whole", EVAL_FILES.rewardBench), "utf8")) as object;
    expect(result).toEqual({
      model: "fake/uncertain-rm",
      model_type: "Seq. Classifier",
      chat_template: "tokenizer",
      ...summary.subsets,
    });
    expect(Object.keys(result)).toEqual(Object.keys(result).toSorted());
    expect(await readFile(folder.at("whole", EVAL_FILES.report), "utf8")).toMatch(/^<!doctype html>/);
  });

  it("reports progress against the number of records", async () => {
    const seen: EvalProgress[] = [];
    await runEval(folder.options("progress", { onProgress: (progress) => seen.push(progress) }));
    expect(seen).toHaveLength(folder.rows.length);
    expect(seen.at(-1)).toMatchObject({
      records: folder.rows.length,
      total: folder.rows.length,
      resumed: 0,
      failed: 0,
    });
    expect(seen.at(-1)?.tokens).toBeGreaterThan(folder.rows.length);
  });

  it("recomputes the same figures from the scores, without a model", async () => {
    const first = await runEval(folder.options("first"));
    const again = await runEval({
      ...folder.options("again", { scores: folder.at("first", EVAL_FILES.scores) }),
      scorer: undefined,
    });
    expect({ ...again, provenance: {} }).toEqual({ ...first, provenance: {} });
  });

  it.each([
    [
      "ours.json",
      (line: PairLine) => ({ id: line.id, chosen: line.chosen.reward, rejected: line.rejected.reward }),
    ],
    [
      "rm-bench-style.jsonl",
      (line: PairLine) => ({
        id: line.id,
        score_chosen: [line.chosen.reward],
        score_rejected: [line.rejected.reward],
      }),
    ],
    ["results.parquet", (line: PairLine) => ({ id: line.id, results: [line.chosen, line.rejected] })],
    ["margins.jsonl", (line: PairLine) => ({ id: String(line.id), margin: line.margin })],
  ])("takes another tool's scores from %s, matched by id", async (name, convert) => {
    const first = await runEval(folder.options(`tool-${name}`));
    const lines = (await folder.scoresOf(`tool-${name}`)).trimEnd().split("\n");
    const path = folder.at(name);
    await writeDataset(path, lines.map((line) => convert(JSON.parse(line) as PairLine)).reverse());
    const again = await runEval({ ...folder.options(`from-${name}`, { scores: path }), scorer: undefined });
    expect(again.subsets).toEqual(first.subsets);
    expect(again.average).toBe(first.average);
  });

  it("takes the columns that RewardBench writes", async () => {
    const first = await runEval(folder.options("columns"));
    const lines = (await folder.scoresOf("columns")).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as PairLine);
    const columns = {
      id: records.map(({ id }) => id),
      model: "m",
      scores_chosen: records.map(({ chosen }) => [chosen.reward]),
      scores_rejected: records.map(({ rejected }) => [rejected.reward]),
    };
    const scores = await folder.file("columns.json", JSON.stringify(columns, null, 4));
    const again = await runEval({ ...folder.options("from-columns", { scores }), scorer: undefined });
    expect(again.subsets).toEqual(first.subsets);
  });

  it("counts what cannot be scored as wrong, and leaves out what is no record", async () => {
    const bad = [
      '{"prompt": "not closed',
      JSON.stringify({ ...folder.rows[0], chosen: null, id: "null-answer" }),
      JSON.stringify({ ...folder.rows[0], id: "long", chosen: TOO_LONG, subset: "hep-go" }),
    ];
    const path = await folder.file("with-bad.jsonl", toLines(folder.rows.slice(0, 30)) + bad.join("\n"));
    const summary = await runEval(folder.options("with-bad", { data: path }));
    expect(summary.records).toEqual({ total: 33, scored: 30, failed: 1, bad: 2, missing: 0 });
    expect(summary.subsets["hep-go"]).toBe(0);
    expect(summary.badRows.map(({ line }) => line)).toEqual([30, 31]);
    expect(summary.badRows[0]?.message).toMatch(/Line 31 is not JSON/);
    expect(summary.badRows[1]?.message).toMatch(/Line 32 .*chosen/);
    const errors = (await folder.scoresOf("with-bad")).trimEnd().split("\n").slice(30);
    expect(errors.map((line) => (JSON.parse(line) as { error: { code: string } }).error.code)).toEqual([
      "DATASET_INVALID",
      "DATASET_INVALID",
      "CONVERSATION_TOO_LONG",
    ]);

    const strict = folder.options("with-bad-strict", { data: path, strict: true });
    await expect(runEval(strict)).rejects.toThrow(/Line 31 is not JSON/);
  });

  it("gets through every kind of bad record in a folder, naming each", async () => {
    const path = folder.at("bad-folder");
    await mkdir(path);
    const row = folder.rows[0];
    await writeFile(
      join(path, "a.jsonl"),
      Buffer.concat([
        Buffer.from(
          toLines([row, { ...row, id: 1, chosen: 5 }, { ...row, id: 2, rejected: [] }, { id: 3 }, [1], null]),
        ),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from(toLines([{ ...row, id: 4, chosen: TOO_LONG + "x".repeat(10 * 2 ** 20) }])),
      ]),
    );
    await writeDataset(
      join(path, "b.parquet"),
      folder.rows.slice(10, 20).map((good) => ({ ...good })),
    );
    await truncate(join(path, "b.parquet"), 300);
    await writeFile(join(path, "c.jsonl"), toLines(folder.rows.slice(20, 25)));
    const summary = await runEval(folder.options("bad-folder-out", { data: path }));
    expect(summary.records).toEqual({ total: 14, scored: 6, failed: 1, bad: 7, missing: 0 });
    expect(summary.badRows.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Line 2 .*chosen/),
      expect.stringMatching(/^Line 3 .*rejected/),
      expect.stringMatching(/^Line 4 .*prompt/),
      expect.stringMatching(/^Line 5 /),
      expect.stringMatching(/^Line 6 /),
      expect.stringMatching(/^a\.jsonl: Line 7 is not valid UTF-8/),
      expect.stringMatching(/^b\.parquet: .*no complete Parquet file/),
    ]);
  });

  it("leaves out records that a score file lacks", async () => {
    const scores = await folder.file("some.jsonl", toLines([{ id: 0, chosen: 1, rejected: 0 }]));
    const summary = await runEval({ ...folder.options("some", { scores }), scorer: undefined });
    expect(summary.records).toMatchObject({ scored: 1, missing: folder.rows.length - 1 });
    expect(summary.average).toBe(1);
    const none = await folder.file("none.jsonl", toLines([{ id: "x", chosen: 1, rejected: 0 }]));
    await expect(runEval({ ...folder.options("none", { scores: none }), scorer: undefined })).rejects.toThrow(
      /None of the .* has a score/,
    );
  });

  it("compares any number of score files with McNemar's test", async () => {
    const better = await folder.file(
      "a.jsonl",
      toLines(folder.rows.map(({ id }) => ({ id, chosen: 1, rejected: 0 }))),
    );
    const worse = await folder.file(
      "b.jsonl",
      toLines(folder.rows.map(({ id }, index) => ({ id, chosen: index < 12 ? 0 : 1, rejected: 0 }))),
    );
    const third = await folder.file("c.jsonl", await readFile(worse, "utf8"));
    const { comparison } = await runEval({
      ...folder.options("ab", { scores: better, against: [worse, third] }),
      scorer: undefined,
    });
    expect(comparison?.records).toBe(folder.rows.length);
    expect(comparison?.runs.map(({ name }) => name)).toEqual(["a.jsonl", "b.jsonl", "c.jsonl"]);
    const [ab, , bc] = comparison?.differences ?? [];
    expect(ab?.mcnemar).toMatchObject({ onlyFirst: 12, onlySecond: 0 });
    expect(ab?.mcnemar.pValue).toBeCloseTo(2 / 2 ** 12, 14);
    expect(ab?.average.difference).toBeGreaterThan(0);
    expect(bc).toMatchObject({ average: { difference: 0 }, mcnemar: { onlyFirst: 0, onlySecond: 0 } });
  });

  it("takes the folder of a run to compare with, names runs by what made them, and writes down where all is from", async () => {
    const scorer = new FakeScorer({ name: "other/model" });
    await runEval(folder.options("other-run", { scorer }));
    const command = "llama-reward eval rewardbench";
    const summary = await runEval(
      folder.options("with-folder", { against: folder.at("other-run"), command }),
    );
    expect(summary.comparison?.runs.map(({ name }) => name)).toEqual(["fake/uncertain-rm", "other/model"]);
    const { provenance } = summary;
    expect(provenance).toMatchObject({
      command,
      scoredBy: { name: "fake/uncertain-rm", type: "f32", settings: { device: "CPU" } },
    });
    expect(Date.now() - Date.parse(provenance.date)).toBeLessThan(600_000);
    expect(provenance.files.map(({ role }) => role)).toEqual(["data", "scores", "against"]);
    for (const { path, sha256, sizeBytes } of provenance.files) {
      const content = await readFile(path);
      expect([sha256, sizeBytes]).toEqual([
        createHash("sha256").update(content).digest("hex"),
        content.length,
      ]);
    }
  });

  it("runs a model that only compares", async () => {
    const scorer = new FakeScorer({ task: "compare" });
    const compared = await runEval(folder.options("compared", { scorer }));
    const scored = await runEval(folder.options("scored"));
    expect(compared.subsets).toEqual(scored.subsets);
    expect(compared.length).toBeNull();
    const reportOf = (out: string): Promise<string> => readFile(folder.at(out, EVAL_FILES.report), "utf8");
    expect(await reportOf("scored")).toMatch(/Chosen, reward [^]*Rejected, reward /);
    const report = await reportOf("compared");
    expect(report).toMatch(/>Chosen<[^]*>Rejected</);
    expect(report).not.toContain(", reward");
  });
});

describe("subsets of RewardBench", () => {
  const prior = (subset?: string) =>
    ["good", "b", "c"].map((chosen) => ({ prompt: `q ${chosen}`, chosen, rejected: "x", subset }));

  it("counts prior sets as a section of half the weight", async () => {
    const path = await folder.file(
      "prior.jsonl",
      toLines([...folder.rows, ...prior("shp"), ...prior("summarize")]),
    );
    const summary = await runEval(folder.options("prior", { data: path }));
    const { "Prior Sets": priorSets = NaN, ...sections } = summary.sections;
    expect(Object.keys(sections)).toEqual(["Chat", "Chat Hard", "Safety", "Reasoning"]);
    const sum = Object.values(sections).reduce((total, value) => total + value, 0);
    expect(summary.average).toBeCloseTo((2 * sum + priorSets) / 9, 12);
    expect(priorSets).toBeCloseTo(
      ((summary.subsets["shp"] ?? NaN) + (summary.subsets["summarize"] ?? NaN)) / 2,
      12,
    );
  });

  it("refuses data without a subset column before anything is scored", async () => {
    const path = await folder.file("no-subset.jsonl", toLines(prior()));
    const scorer = new FakeScorer();
    await expect(runEval(folder.options("no-subset", { data: path, scorer }))).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(/Line 1 has no subset.*anthropic_helpful.*benchmark pairs/) as string,
    });
    expect(scorer.scored).toBe(0);
    const summary = await runEval(folder.options("no-subset-pairs", { benchmark: "pairs", data: path }));
    expect(summary.records.scored).toBe(3);
  });

  it("names single records without a subset and goes on", async () => {
    const path = await folder.file("some-subset.jsonl", toLines([...prior("shp"), ...prior().slice(0, 1)]));
    const summary = await runEval(folder.options("some-subset", { data: path }));
    expect(summary.records).toMatchObject({ scored: 3, bad: 1 });
    expect(summary.badRows[0]).toMatchObject({
      line: 3,
      message: expect.stringMatching(/no subset/) as string,
    });
  });

  it("refuses data of which it knows no subset", async () => {
    const path = await folder.file("foreign.jsonl", toLines(prior("mine")));
    const scorer = new FakeScorer();
    await expect(runEval(folder.options("foreign-subset", { data: path, scorer }))).rejects.toThrow(
      /None of the subsets of .*\(mine\) is one of this benchmark.*benchmark pairs/,
    );
    expect(scorer.scored).toBe(0);
  });
});

describe("other benchmarks", () => {
  it("runs RewardBench 2, chosen answers first, ties in their own way", async () => {
    const row = (id: string, subset: string, chosen: string[], rejected: string[]): object => ({
      id,
      prompt: `question ${id}`,
      chosen,
      rejected,
      num_correct: chosen.length,
      subset,
    });
    const path = await folder.file(
      "rb2.jsonl",
      toLines([
        row("1", "Math", ["good"], ["b", "c", "d"]),
        row("ref:1", "Ties", ["good"], ["b"]),
        row("tied:1", "Ties", ["good 1", "good 2"], ["b", "c"]),
      ]),
    );
    const summary = await runEval(folder.options("rb2", { benchmark: "rewardbench2", data: path }));
    const [math, , tied] = (await folder.scoresOf("rb2"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; subset: string; results: { reward: number }[] });
    expect(math).toMatchObject({ id: "1", subset: "Math" });
    expect(math?.results).toHaveLength(4);
    expect(tied?.results).toHaveLength(4);
    const best = Math.max(...(math?.results.map(({ reward }) => reward) ?? []));
    expect(summary.subsets["Math"]).toBe(math?.results[0]?.reward === best ? 1 : 0);
    expect(summary.subsets["Ties"]).toBeTypeOf("number");
    expect(summary.calibration).toBeNull();
  });

  it("runs RM-Bench", async () => {
    const path = await folder.file(
      "rm.json",
      JSON.stringify([
        {
          id: "1",
          prompt: "q",
          chosen: ["good a", "good b", "good c"],
          rejected: ["d", "e", "f"],
          domain: "math",
        },
      ]),
    );
    const summary = await runEval(folder.options("rm", { benchmark: "rm-bench", data: path }));
    expect(Object.keys(summary.sections)).toEqual(["Hard", "Normal", "Easy"]);
    // Each of the nine comparisons counts, in the benchmark and in what is said beside it.
    expect(summary.uncertainty[0]).toMatchObject({ pairs: 9, accuracy: summary.average });
    expect(summary.margins.reduce((sum, { count }) => sum + count, 0)).toBe(9);
  });

  it("refuses data of another benchmark", async () => {
    await expect(runEval(folder.options("wrong", { benchmark: "rm-bench" }))).rejects.toThrow(
      /RewardBench layout/,
    );
  });
});
