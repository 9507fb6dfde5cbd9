import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVAL_FILES, type EvalSummary } from "../../lib/eval/index.js";
import { readRewardJson } from "../../lib/model/folder/read-reward-json.js";
import { cli, parseLines, toLines } from "../cli/cli.js";
import { convertFixture, readExpected, temporaryFolder, type ModelFolder } from "../support/fixtures.js";
import { syntheticRewardBench } from "./synthetic-rewardbench.js";

/** f32 weights and KV cache against double precision, see the fixtures' README. */
const TOLERANCE = 5e-4;

let model: ModelFolder;
beforeAll(async () => {
  model = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
});
afterAll(() => model.remove());

const quietly = ["--threads", "1", "--kv-type", "f32", "--quiet"];

describe("eval", () => {
  it("scores the fixtures' pairs as the reference does, with uncertainty and attributes", async () => {
    const folder = await temporaryFolder();
    const { cases } = await readExpected("urm-llama3.1-tiny");
    const usable = cases.filter((item) => item.expected_error === undefined && item.n_tokens < 300);
    const [first, second] = usable;
    const data = join(folder, "data.jsonl");
    await writeFile(data, toLines([{ id: "p", chosen: first?.messages, rejected: second?.messages }]));
    const out = join(folder, "out");
    const { status, stdout } = await cli([
      "eval",
      "pairs",
      model.directory,
      "--data",
      data,
      "--out",
      out,
      "--json",
      ...quietly,
    ]);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout) as EvalSummary;
    const [line] = parseLines(await readFile(join(out, EVAL_FILES.scores), "utf8")) as {
      chosen: { reward: number; std: number };
      rejected: { reward: number };
    }[];
    expect(Math.abs((line?.chosen.reward ?? NaN) - (first?.score ?? NaN))).toBeLessThan(TOLERANCE);
    expect(Math.abs((line?.rejected.reward ?? NaN) - (second?.score ?? NaN))).toBeLessThan(TOLERANCE);
    expect(Math.abs((line?.chosen.std ?? NaN) - (first?.std ?? NaN))).toBeLessThan(TOLERANCE);
    expect(summary.average).toBe((first?.score ?? 0) > (second?.score ?? 0) ? 1 : 0);
    const helpfulness = summary.attributes.find(({ name }) => name === "helpfulness");
    expect(Math.abs((helpfulness?.chosen ?? NaN) - (first?.attributes?.["helpfulness"] ?? NaN))).toBeLessThan(
      TOLERANCE,
    );
  });

  it("runs RewardBench, prints a table, recomputes without a model, and saves a calibration", async () => {
    const folder = await temporaryFolder();
    const data = join(folder, "rb.jsonl");
    await writeFile(data, `${toLines(syntheticRewardBench(0.02))}no record\n`);
    const out = join(folder, "out");
    const run = await cli([
      "eval",
      "rewardbench",
      model.directory,
      "--data",
      data,
      "--out",
      out,
      "--threads",
      "1",
    ]);
    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(/^average +\d+\.\d +\d+\.\d to \d+\.\d +\d+( +too few)?$/m);
    expect(run.stdout).toMatch(/^Chat Hard /m);
    expect(run.stdout).toMatch(/0 not scored .*, 1 unreadable/);
    expect(run.stderr).toMatch(/shared prefixes saved a factor of \d/);

    const scores = ["--scores", join(out, EVAL_FILES.scores)];
    const again = await cli([
      "eval",
      "rewardbench",
      "--data",
      data,
      "--out",
      join(folder, "again"),
      ...scores,
    ]);
    expect(again.stdout.split("\n").slice(0, 6)).toEqual(run.stdout.split("\n").slice(0, 6));

    // Scores of a model that is right three times out of four, so that a temperature fits.
    const good = join(folder, "good.jsonl");
    await writeFile(
      good,
      toLines(
        syntheticRewardBench(0.02).map(({ id }) => ({ id, chosen: id % 4 === 0 ? 0 : 1, rejected: 0.5 })),
      ),
    );
    const save = ["--scores", good, "--save-calibration"];
    const saved = await cli([
      "eval",
      "rewardbench",
      model.directory,
      "--data",
      data,
      "--out",
      join(folder, "cal"),
      ...save,
    ]);
    expect(saved.status).toBe(3);
    const { calibration } = await readRewardJson(model.directory);
    // 3 of 4 right at a margin of 0.5: e^(0.5 / T) = 3, give or take which pairs were drawn.
    expect(calibration?.temperature).toBeGreaterThan(0.25);
    expect(calibration?.temperature).toBeLessThan(0.9);
    const compared = await cli([
      "compare",
      model.directory,
      "--prompt",
      "p",
      "--a",
      "x",
      "--b",
      "y",
      "--json",
      ...quietly,
    ]);
    const { margin, probability } = JSON.parse(compared.stdout) as { margin: number; probability: number };
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-margin / (calibration?.temperature ?? 1))), 10);
  });

  it("says what it needs", async () => {
    const folder = await temporaryFolder();
    const data = join(folder, "rb.jsonl");
    await writeFile(data, toLines(syntheticRewardBench(0.001).slice(0, 8)));
    const out = ["--data", data, "--out", join(folder, "out")];
    const noModel = await cli(["eval", "rewardbench", ...out]);
    expect(noModel.status).toBe(2);
    expect(noModel.stderr).toContain("Expected a model folder");
    const unknown = await cli(["eval", "rewardbunch", model.directory, ...out]);
    expect(unknown.status).toBe(2);
    await cli(["eval", "rewardbench", model.directory, ...out, ...quietly]);
    const twice = await cli(["eval", "rewardbench", model.directory, ...out, ...quietly]);
    expect(twice.status).toBe(2);
    expect(twice.stderr).toContain("--resume");
    const noFit = await cli([
      ...["eval", "rewardbench", model.directory, ...out, "--save-calibration"],
      ...["--scores", join(folder, "out", EVAL_FILES.scores)],
    ]);
    expect(noFit.status).toBe(2);
    expect(noFit.stderr).toContain("no temperature to save");
  });
});

describe("pairs", () => {
  it("writes pairs by the model's own order", async () => {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    await writeFile(
      input,
      toLines([{ id: "a", prompt: "Name a river.", responses: ["Nile", "no", "a table"] }, { id: "b" }]),
    );
    const out = join(folder, "pairs.jsonl");
    const { status, stdout } = await cli(["pairs", model.directory, input, "--out", out, ...quietly]);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^1 pairs from 2 records .*unreadable 1; see .*pairs\.jsonl\.left-out\.jsonl/);
    const [pair] = parseLines(await readFile(out, "utf8"));
    expect(pair?.["prompt"]).toEqual([{ role: "user", content: "Name a river." }]);
    expect(Number(pair?.["score_chosen"])).toBeGreaterThan(Number(pair?.["score_rejected"]));
  });
});

describe("a missing input", () => {
  it.each([
    ["eval", ["eval", "pairs", "MODEL", "--data", "/nowhere.jsonl", "--out", "OUT"]],
    [
      "eval --scores",
      ["eval", "pairs", "--data", import.meta.filename, "--out", "OUT", "--scores", "/nowhere"],
    ],
    ["pairs", ["pairs", "MODEL", "/nowhere.jsonl", "--out", "OUT"]],
    ["fidelity", ["fidelity", "MODEL", "--data", "/nowhere.jsonl", "--type", "f32"]],
  ])("of %s is wrong usage, told before a model is loaded", async (_, args) => {
    const folder = await temporaryFolder();
    const { status, stderr } = await cli(
      args.map((arg) => (arg === "MODEL" ? model.directory : arg === "OUT" ? join(folder, "out") : arg)),
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^llama-reward: INVALID_ARGUMENT: Expected \S+ to be .*\/nowhere/);
  });
});
