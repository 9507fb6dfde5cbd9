/** Several models, language models and tokens' rewards through the command line. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { convertFixture, makeFolder, type ModelFolder } from "../support/fixtures.js";
import { cli } from "./cli.js";

const FIXTURES = join(import.meta.dirname, "..", "fixtures");
const EXACT_OPTIONS = ["--device", "cpu", "--threads", "1", "--kv-type", "f32"];
const PAIR = { prompt: "What is 2 + 2?", chosen: "It is 4.", rejected: "I do not know." };

let folder: ModelFolder;
let grm: ModelFolder;
let skywork: ModelFolder;

beforeAll(async () => {
  folder = await makeFolder();
  grm = await convertFixture("grm-linear-tiny", { type: "f32" });
  skywork = await convertFixture("skywork-llama3.1-tiny", { type: "f32" });
});
afterAll(async () => {
  await Promise.all([folder.remove(), grm.remove(), skywork.remove()]);
});

interface Result {
  reward: number;
  std: number;
  ensemble: { mean: number; worst: number; rewards: number[] };
}

async function rewardOf(modelDir: string, answer: string): Promise<number> {
  const stdin = JSON.stringify({ prompt: PAIR.prompt, response: answer });
  const { records } = await cli(["score", modelDir, ...EXACT_OPTIONS], { stdin });
  return records[0]?.["reward"] as number;
}

describe("--ensemble", () => {
  it("scores with all models: rewards of each, and what the rule makes of them", async () => {
    const own = await Promise.all(
      [grm, skywork].map(async ({ directory }) => [
        await rewardOf(directory, PAIR.chosen),
        await rewardOf(directory, PAIR.rejected),
      ]),
    );
    const args = ["score", grm.directory, "--ensemble", skywork.directory, "--ensemble-by", "worst"];
    const { status, records, stderr } = await cli([...args, ...EXACT_OPTIONS], {
      stdin: JSON.stringify(PAIR),
    });
    expect(status).toBe(0);
    const { chosen, rejected, margin } = records[0] as unknown as {
      chosen: Result;
      rejected: Result;
      margin: number;
    };
    for (const [index, result] of [chosen, rejected].entries()) {
      const expected = own.map((rewards) => rewards[index] ?? NaN);
      for (const [member, reward] of result.ensemble.rewards.entries())
        expect(reward).toBeCloseTo(expected[member] ?? NaN, 4);
      expect(result.reward).toBe(Math.min(...result.ensemble.rewards));
      expect(result.std).toBeCloseTo(Math.abs((expected[0] ?? NaN) - (expected[1] ?? NaN)) / 2, 4);
    }
    expect(margin).toBe(chosen.reward - rejected.reward);
    expect(stderr).toContain("--ensemble-records puts them on one");
  });

  it("ranks and compares, with rewards on one scale", async () => {
    const records = join(folder.directory, "records.jsonl");
    const lines = Array.from({ length: 6 }, (_, index) => ({
      ...PAIR,
      chosen: `It is ${index}.`,
      rejected: `No ${index}!`,
    }));
    await writeFile(records, lines.map((line) => JSON.stringify(line)).join("\n"));
    const ensemble = ["--ensemble", skywork.directory, "--ensemble-records", records];
    const answers = ["--response", "4", "--response", "It is four."];
    const ranked = await cli([
      "rank",
      grm.directory,
      "--prompt",
      PAIR.prompt,
      ...answers,
      ...ensemble,
      "--json",
      ...EXACT_OPTIONS,
    ]);
    expect(ranked.status).toBe(0);
    const { results } = ranked.records[0] as unknown as { results: Result[] };
    for (const { reward, ensemble: members } of results) {
      expect(reward).toBe(members.mean);
      // On one scale the mean of the two is not that of their own rewards.
      expect(members.rewards.reduce((sum, value) => sum + value, 0) / 2).not.toBeCloseTo(reward, 6);
    }
    const compared = await cli([
      "compare",
      grm.directory,
      "--prompt",
      "?",
      "--a",
      "x",
      "--b",
      "y",
      ...ensemble,
      "--json",
      ...EXACT_OPTIONS,
    ]);
    expect(compared.records[0]).toHaveProperty(["a", "ensemble", "rewards"]);
  });

  it("is refused where it would do nothing", async () => {
    for (const args of [
      ["score", grm.directory, "--ensemble-by", "mean"],
      ["score", grm.directory, "--ensemble", skywork.directory, "--ensemble-lambda", "2"],
      ["score", grm.directory, "--ensemble", skywork.directory, "--emit", "ids"],
      [
        "eval",
        "pairs",
        "--data",
        "x",
        "--out",
        folder.directory,
        "--scores",
        "x",
        "--ensemble",
        skywork.directory,
      ],
    ]) {
      const { status, stderr } = await cli(args, { stdin: JSON.stringify(PAIR) });
      expect(status, args.join(" ")).not.toBe(0);
      expect(stderr).toContain("INVALID_ARGUMENT");
    }
  });

  it("evaluates, and goes on with the same models only", async () => {
    const data = join(folder.directory, "pairs.jsonl");
    await writeFile(data, [PAIR, { ...PAIR, chosen: "4" }].map((line) => JSON.stringify(line)).join("\n"));
    const out = join(folder.directory, "out");
    const args = [
      "eval",
      "pairs",
      grm.directory,
      "--data",
      data,
      "--out",
      out,
      "--ensemble",
      skywork.directory,
      "--json",
    ];
    const { status, records } = await cli([...args, ...EXACT_OPTIONS]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ records: { total: 2, scored: 2 } });
    const other = await cli([...args, "--ensemble-by", "worst", "--resume", ...EXACT_OPTIONS]);
    expect(other.stderr).toContain("The interrupted run was another one");
  });
});

describe("language models", () => {
  it("are converted with their reference, and score, rank and give tokens' rewards", async () => {
    const modelDir = join(folder.directory, "dpo");
    const policy = join(FIXTURES, "dpo", "qwen2", "policy");
    const reference = join(FIXTURES, "dpo", "qwen2", "reference");
    const made = await cli([
      "convert",
      policy,
      modelDir,
      "--type",
      "f32",
      "--reference",
      reference,
      "--beta",
      "0.1",
      "--json",
    ]);
    expect(made.status).toBe(0);
    expect(made.records[0]).toMatchObject({ head: "dpo" });
    const { cases } = JSON.parse(await readFile(join(FIXTURES, "dpo", "qwen2", "expected.json"), "utf8")) as {
      cases: { messages: unknown[]; reward: number; policy: number[] }[];
    };
    const stdin = cases.map(({ messages }) => JSON.stringify({ messages })).join("\n");
    const { records } = await cli(["score", modelDir, "--emit", "tokens", ...EXACT_OPTIONS], { stdin });
    for (const [index, { reward, policy: tokens }] of cases.entries()) {
      expect(records[index]?.["reward"]).toBeCloseTo(reward, 4);
      expect(records[index]?.["tokenRewards"]).toHaveLength(tokens.length);
    }
    const inspected = await cli(["inspect", modelDir]);
    expect(inspected.stdout).toContain("every token of the answer");
    expect(inspected.stdout).toMatch(/reference +reference, model\.safetensors/);
  });
});

describe("eval processbench", () => {
  interface Case {
    prompt: string;
    steps: string[];
    rewards: number[];
  }

  it("finds the first wrong steps, goes on, and recomputes by another threshold", async () => {
    const checkpoint = join(FIXTURES, "steps", "math-shepherd");
    const modelDir = join(folder.directory, "prm");
    await convertCheckpoint(checkpoint, modelDir, {
      type: "f32",
      hubId: "peiyi9979/math-shepherd-mistral-7b-prm",
    });
    const cases = JSON.parse(await readFile(join(checkpoint, "expected.json"), "utf8")) as Case[];
    const predicted = cases.map(({ rewards }) => rewards.findIndex((reward) => reward < 0.5));
    const rows = cases.map(({ prompt, steps }, index) => ({
      id: `gsm8k-${index}`,
      problem: prompt,
      steps,
      final_answer_correct: false,
      // Every other one is judged rightly.
      label: index % 2 === 0 ? predicted[index] : predicted[index] === 0 ? -1 : 0,
    }));
    const data = join(folder.directory, "processbench.jsonl");
    await writeFile(data, rows.map((row) => JSON.stringify(row)).join("\n"));
    const out = join(folder.directory, "processbench");
    const args = ["eval", "processbench", modelDir, "--data", data, "--out", out, "--json"];
    const { status, records } = await cli([...args, ...EXACT_OPTIONS]);
    expect(status).toBe(0);
    const wrong = rows.filter(({ label }) => label !== -1);
    const right = rows.filter(({ label }) => label === -1);
    const share = (some: typeof rows): number =>
      some.filter(({ id }) => Number(id.slice(6)) % 2 === 0).length / some.length;
    const subsets = (
      records[0] as unknown as { subsets: Record<string, { error: number | null; correct: number | null }> }
    ).subsets;
    expect(subsets["gsm8k"]?.error).toBeCloseTo(share(wrong), 9);
    if (right.length > 0) expect(subsets["gsm8k"]?.correct).toBeCloseTo(share(right), 9);
    const scores = join(out, "scores.jsonl");
    const lines = (await readFile(scores, "utf8")).trim().split("\n");
    await writeFile(scores, `${lines.slice(0, 2).join("\n")}\n`);
    const resumed = await cli([...args, "--resume", ...EXACT_OPTIONS]);
    expect({ ...resumed.records[0], provenance: {} }).toEqual({ ...records[0], provenance: {} });
    expect((await readFile(scores, "utf8")).trim().split("\n")).toHaveLength(rows.length);
    const other = join(folder.directory, "recomputed");
    const recomputed = await cli([
      "eval",
      "processbench",
      "--data",
      data,
      "--out",
      other,
      "--scores",
      scores,
      "--threshold",
      "0",
    ]);
    expect(recomputed.status).toBe(0);
    expect(recomputed.stdout).toContain("gsm8k");
  });

  it("refuses options of other benchmarks, and other models", async () => {
    const data = join(folder.directory, "pairs.jsonl");
    const out = join(folder.directory, "no");
    for (const args of [
      ["eval", "processbench", grm.directory, "--data", data, "--out", out],
      ["eval", "processbench", grm.directory, "--data", data, "--out", out, "--save-calibration"],
      ["eval", "pairs", grm.directory, "--data", data, "--out", out, "--threshold", "0.4"],
    ]) {
      const { status, stderr } = await cli(args);
      expect(status).toBe(2);
      expect(stderr).toContain("INVALID_ARGUMENT");
    }
  });
});
