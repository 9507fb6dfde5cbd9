import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDataset } from "../../lib/dataset/index.js";
import { EVAL_FILES, runEval, type EvalOptions, type EvalProgress } from "../../lib/eval/run-eval.js";
import { toLines } from "../cli/cli.js";
import { FakeScorer, TOO_LONG } from "./fake-scorer.js";
import { syntheticRewardBench } from "./synthetic-rewardbench.js";

let folder: string;
let data: string;
const rows = syntheticRewardBench(0.1);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward-eval-"));
  data = await file("rewardbench.jsonl", toLines(rows));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A run into a folder of its own; few resamples, since intervals have their own tests. */
function options(out: string, more: Partial<EvalOptions> = {}): EvalOptions {
  return {
    benchmark: "rewardbench",
    data,
    out: join(folder, out),
    scorer: new FakeScorer(),
    bootstrap: { resamples: 20 },
    ...more,
  };
}

const scoresOf = (out: string): Promise<string> => readFile(join(folder, out, EVAL_FILES.scores), "utf8");

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
    const summary = await runEval(options("whole"));
    const lines = (await scoresOf("whole")).trimEnd().split("\n");
    expect(lines).toHaveLength(rows.length);
    const records = lines.map((line) => JSON.parse(line) as PairLine);
    expect(records.map(({ id, subset }) => ({ id, subset }))).toEqual(
      rows.map(({ id, subset }) => ({ id, subset })),
    );
    const hepGo = records.filter(({ subset }) => subset === "hep-go");
    const right = hepGo.filter(({ chosen, rejected }) => chosen.reward > rejected.reward);
    expect(summary.subsets["hep-go"]).toBe(right.length / hepGo.length);
    expect(records[0]?.probability).toBeCloseTo(1 / (1 + Math.exp(-(records[0]?.margin ?? 0))), 14);

    const written = JSON.parse(await readFile(join(folder, "whole", EVAL_FILES.summary), "utf8")) as unknown;
    expect(written).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(summary.records).toEqual({
      total: rows.length,
      scored: rows.length,
      failed: 0,
      bad: 0,
      missing: 0,
    });
    expect(summary.uncertainty).toHaveLength(19);
    expect(summary.attributes.map(({ name, chosen }) => [name, chosen > 0.5])).toEqual([
      ["helpfulness", true],
      ["verbosity", false],
    ]);

    const result = JSON.parse(
      await readFile(join(folder, "whole", EVAL_FILES.rewardBench), "utf8"),
    ) as object;
    expect(result).toEqual({
      model: "fake/uncertain-rm",
      model_type: "Seq. Classifier",
      chat_template: "tokenizer",
      ...summary.subsets,
    });
    expect(Object.keys(result)).toEqual(Object.keys(result).toSorted());
    expect(await readFile(join(folder, "whole", EVAL_FILES.report), "utf8")).toMatch(/^<!doctype html>/);
  });

  it("reports progress against the number of records", async () => {
    const seen: EvalProgress[] = [];
    await runEval(options("progress", { onProgress: (progress) => seen.push(progress) }));
    expect(seen).toHaveLength(rows.length);
    expect(seen.at(-1)).toMatchObject({ records: rows.length, total: rows.length, resumed: 0, failed: 0 });
    expect(seen.at(-1)?.tokens).toBeGreaterThan(rows.length);
  });

  it("recomputes the same figures from the scores, without a model", async () => {
    const first = await runEval(options("first"));
    const again = await runEval({
      ...options("again", { scores: join(folder, "first", EVAL_FILES.scores) }),
      scorer: undefined,
    });
    expect({ ...again, model: "", type: "" }).toEqual({ ...first, model: "", type: "" });
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
    const first = await runEval(options(`tool-${name}`));
    const lines = (await scoresOf(`tool-${name}`)).trimEnd().split("\n");
    const path = join(folder, name);
    await writeDataset(path, lines.map((line) => convert(JSON.parse(line) as PairLine)).reverse());
    const again = await runEval({ ...options(`from-${name}`, { scores: path }), scorer: undefined });
    expect(again.subsets).toEqual(first.subsets);
    expect(again.average).toBe(first.average);
  });

  it("takes the columns that RewardBench writes", async () => {
    const first = await runEval(options("columns"));
    const lines = (await scoresOf("columns")).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as PairLine);
    const columns = {
      id: records.map(({ id }) => id),
      model: "m",
      scores_chosen: records.map(({ chosen }) => [chosen.reward]),
      scores_rejected: records.map(({ rejected }) => [rejected.reward]),
    };
    const scores = await file("columns.json", JSON.stringify(columns, null, 4));
    const again = await runEval({ ...options("from-columns", { scores }), scorer: undefined });
    expect(again.subsets).toEqual(first.subsets);
  });

  it("counts what cannot be scored as wrong, and leaves out what is no record", async () => {
    const bad = [
      '{"prompt": "not closed',
      JSON.stringify({ ...rows[0], chosen: null, id: "null-answer" }),
      JSON.stringify({ ...rows[0], id: "long", chosen: TOO_LONG, subset: "hep-go" }),
    ];
    const path = await file("with-bad.jsonl", toLines(rows.slice(0, 30)) + bad.join("\n"));
    const summary = await runEval(options("with-bad", { data: path }));
    expect(summary.records).toEqual({ total: 33, scored: 30, failed: 1, bad: 2, missing: 0 });
    expect(summary.subsets["hep-go"]).toBe(0);
    expect(summary.badRows.map(({ line }) => line)).toEqual([30, 31]);
    expect(summary.badRows[0]?.message).toMatch(/Line 31 is not JSON/);
    expect(summary.badRows[1]?.message).toMatch(/Line 32 .*chosen/);
    const errors = (await scoresOf("with-bad")).trimEnd().split("\n").slice(30);
    expect(errors.map((line) => (JSON.parse(line) as { error: { code: string } }).error.code)).toEqual([
      "DATASET_INVALID",
      "DATASET_INVALID",
      "CONVERSATION_TOO_LONG",
    ]);

    const strict = options("with-bad-strict", { data: path, strict: true });
    await expect(runEval(strict)).rejects.toThrow(/Line 31 is not JSON/);
  });

  it("gets through every kind of bad record in a folder, naming each", async () => {
    const path = join(folder, "bad-folder");
    await mkdir(path);
    const row = rows[0];
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
      rows.slice(10, 20).map((good) => ({ ...good })),
    );
    await truncate(join(path, "b.parquet"), 300);
    await writeFile(join(path, "c.jsonl"), toLines(rows.slice(20, 25)));
    const summary = await runEval(options("bad-folder-out", { data: path }));
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
    const scores = await file("some.jsonl", toLines([{ id: 0, chosen: 1, rejected: 0 }]));
    const summary = await runEval({ ...options("some", { scores }), scorer: undefined });
    expect(summary.records).toMatchObject({ scored: 1, missing: rows.length - 1 });
    expect(summary.average).toBe(1);
    const none = await file("none.jsonl", toLines([{ id: "x", chosen: 1, rejected: 0 }]));
    await expect(runEval({ ...options("none", { scores: none }), scorer: undefined })).rejects.toThrow(
      /None of the .* has a score/,
    );
  });

  it("compares two score files with McNemar's test", async () => {
    const better = await file("a.jsonl", toLines(rows.map(({ id }) => ({ id, chosen: 1, rejected: 0 }))));
    const worse = await file(
      "b.jsonl",
      toLines(rows.map(({ id }, index) => ({ id, chosen: index < 12 ? 0 : 1, rejected: 0 }))),
    );
    const { against } = await runEval({
      ...options("ab", { scores: better, against: worse }),
      scorer: undefined,
    });
    expect(against).toMatchObject({ records: rows.length, mcnemar: { onlyFirst: 12, onlySecond: 0 } });
    expect(against?.mcnemar.pValue).toBeCloseTo(2 / 2 ** 12, 14);
    expect(against?.difference).toBeGreaterThan(0);
  });

  it("runs a model that only compares", async () => {
    const scorer = new FakeScorer({ task: "compare" });
    const compared = await runEval(options("compared", { scorer }));
    const scored = await runEval(options("scored"));
    expect(compared.subsets).toEqual(scored.subsets);
    expect(compared.length).toBeNull();
    const reportOf = (out: string): Promise<string> => readFile(join(folder, out, EVAL_FILES.report), "utf8");
    expect(await reportOf("scored")).toMatch(/Chosen, reward [^]*Rejected, reward /);
    const report = await reportOf("compared");
    expect(report).toMatch(/>Chosen<[^]*>Rejected</);
    expect(report).not.toContain(", reward");
  });
});

describe("results that cannot be written", () => {
  it("are a typed error, and leave the earlier ones whole", async () => {
    const blocked = { code: "FILE_FAILED", message: expect.stringMatching(/choose another --out/) as string };
    const notAFolder = options("no-folder", { out: join(await file("a-file", ""), "out") });
    await expect(runEval(notAFolder)).rejects.toMatchObject(blocked);

    const before = await runEval(options("kept-summary"));
    await mkdir(join(folder, "kept-summary", `${EVAL_FILES.summary}.incomplete`));
    const scores = await file("other-scores.jsonl", toLines(rows.map(({ id }) => ({ id, margin: 1 }))));
    await expect(runEval(options("kept-summary", { scores }))).rejects.toMatchObject(blocked);
    const kept = JSON.parse(
      await readFile(join(folder, "kept-summary", EVAL_FILES.summary), "utf8"),
    ) as object;
    expect(kept).toMatchObject({ average: before.average });
  });
});

describe("resuming", () => {
  it.each([0, 1, 150, 298])(
    "continues after %d records and a torn line as if nothing had happened",
    async (count) => {
      const name = `resume-${count}`;
      await runEval(options(`${name}-whole`));
      const whole = await scoresOf(`${name}-whole`);
      await runEval(options(name));
      const lines = whole.split("\n");
      const kept = lines
        .slice(0, count)
        .map((line) => `${line}\n`)
        .join("").length;
      const path = join(folder, name, EVAL_FILES.scores);
      await truncate(path, kept);
      await appendFile(path, (lines[count] ?? "").slice(0, 20));
      const scorer = new FakeScorer();
      await runEval(options(name, { scorer, resume: true }));
      expect(await scoresOf(name)).toBe(whole);
      expect(scorer.scored).toBe(2 * (rows.length - count));
    },
  );

  it("never overwrites scores", async () => {
    await runEval(options("kept"));
    const before = await scoresOf("kept");
    await expect(runEval(options("kept"))).rejects.toThrow(/already holds scores.*--resume/);
    expect(await scoresOf("kept")).toBe(before);
  });

  it("refuses to mix models, settings or data in one file", async () => {
    await runEval(options("mixed", { settings: { bos: "reference" } }));
    const resume = (more: Partial<EvalOptions>): Promise<unknown> =>
      runEval(options("mixed", { resume: true, settings: { bos: "reference" }, ...more }));
    await expect(resume({ scorer: new FakeScorer({ type: "q8_0" }) })).rejects.toThrow(/was another one/);
    await expect(resume({ settings: { bos: "once" } })).rejects.toThrow(/was another one/);
    const other = await file("other.jsonl", toLines(rows.slice(1)));
    await expect(resume({ data: other })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    // Records without ids go by their line, so the ids of other data may be the same.
    const swapped = rows.map((row) => ({ ...row, chosen: row.rejected, rejected: row.chosen }));
    const sameIds = await file("same-ids.jsonl", toLines(swapped));
    await expect(resume({ data: sameIds })).rejects.toThrow(/was another one/);
    await resume({});
  });

  it("goes on with data that has moved and grown", async () => {
    const short = await file("short.jsonl", toLines(rows.slice(0, 10)));
    await runEval(options("grown", { data: short }));
    const longer = await file("longer.jsonl", toLines(rows.slice(0, 15)));
    const scorer = new FakeScorer();
    const { records } = await runEval(options("grown", { data: longer, resume: true, scorer }));
    expect(records.scored).toBe(15);
    expect(scorer.scored).toBe(2 * 5);
  });

  it("refuses to continue a file that is no score file", async () => {
    await runEval(options("foreign"));
    await writeFile(join(folder, "foreign", EVAL_FILES.scores), "hello\n");
    await expect(runEval(options("foreign", { resume: true }))).rejects.toThrow(
      /Line 1 .* is no score record/,
    );
  });
});

describe("subsets of RewardBench", () => {
  const prior = (subset?: string) =>
    ["good", "b", "c"].map((chosen) => ({ prompt: `q ${chosen}`, chosen, rejected: "x", subset }));

  it("counts prior sets as a section of half the weight", async () => {
    const path = await file("prior.jsonl", toLines([...rows, ...prior("shp"), ...prior("summarize")]));
    const summary = await runEval(options("prior", { data: path }));
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
    const path = await file("no-subset.jsonl", toLines(prior()));
    const scorer = new FakeScorer();
    await expect(runEval(options("no-subset", { data: path, scorer }))).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(/Line 1 has no subset.*anthropic_helpful.*benchmark pairs/) as string,
    });
    expect(scorer.scored).toBe(0);
    const summary = await runEval(options("no-subset-pairs", { benchmark: "pairs", data: path }));
    expect(summary.records.scored).toBe(3);
  });

  it("names single records without a subset and goes on", async () => {
    const path = await file("some-subset.jsonl", toLines([...prior("shp"), ...prior().slice(0, 1)]));
    const summary = await runEval(options("some-subset", { data: path }));
    expect(summary.records).toMatchObject({ scored: 3, bad: 1 });
    expect(summary.badRows[0]).toMatchObject({
      line: 3,
      message: expect.stringMatching(/no subset/) as string,
    });
  });

  it("refuses data of which it knows no subset", async () => {
    const path = await file("foreign.jsonl", toLines(prior("mine")));
    const scorer = new FakeScorer();
    await expect(runEval(options("foreign-subset", { data: path, scorer }))).rejects.toThrow(
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
    const path = await file(
      "rb2.jsonl",
      toLines([
        row("1", "Math", ["good"], ["b", "c", "d"]),
        row("ref:1", "Ties", ["good"], ["b"]),
        row("tied:1", "Ties", ["good 1", "good 2"], ["b", "c"]),
      ]),
    );
    const summary = await runEval(options("rb2", { benchmark: "rewardbench2", data: path }));
    const [math, , tied] = (await scoresOf("rb2"))
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
    const path = await file(
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
    const summary = await runEval(options("rm", { benchmark: "rm-bench", data: path }));
    expect(Object.keys(summary.sections)).toEqual(["Hard", "Normal", "Easy"]);
    // Each of the nine comparisons counts, in the benchmark and in what is said beside it.
    expect(summary.uncertainty[0]).toMatchObject({ pairs: 9, accuracy: summary.average });
    expect(summary.margins.reduce((sum, { count }) => sum + count, 0)).toBe(9);
  });

  it("refuses data of another benchmark", async () => {
    await expect(runEval(options("wrong", { benchmark: "rm-bench" }))).rejects.toThrow(/RewardBench layout/);
  });
});
