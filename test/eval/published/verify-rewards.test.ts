import { cp, truncate, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BF16_ERRORS, compareRewards } from "../../../lib/eval/published/compare-rewards.js";
import { verifyRewards } from "../../../lib/eval/published/verify-rewards.js";
import { recordsOf } from "../../../scripts/published/judgebench.mjs";
import { cli, toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer, TOO_LONG } from "../fake-scorer.js";

describe("compareRewards", () => {
  it("counts differences, correlations and order", () => {
    // Differences of 0.5, 0, −1 and 0.1; of the two pairs the second is turned around, 1 apart.
    const pairs = [
      { published: 1, own: 1.5, prompt: "a" },
      { published: 3, own: 3, prompt: "a" },
      { published: 2, own: 1, prompt: "b" },
      { published: 1, own: 1.1, prompt: "b" },
      { published: 1, own: 1, prompt: "c" },
    ];
    const found = compareRewards(pairs);
    expect(found).toMatchObject({ rewards: 5, pairs: 2, flips: 1, flipMargin: 1, isWithinBf16: false });
    expect(found.difference.mean).toBeCloseTo(-0.4 / 5, 12);
    expect(found.difference.meanAbsolute).toBeCloseTo(1.6 / 5, 12);
    expect(found.difference.max).toBe(1);
    // By numpy 2: corrcoef of these lists.
    expect(found.correlation).toBeCloseTo(0.7998667, 6);
  });

  it("takes what bfloat16 does for granted, and no more", () => {
    const published = Array.from({ length: 200 }, (_, index) => Math.sin(index));
    const moved = (by: number): boolean =>
      compareRewards(
        published.map((reward, index) => ({
          published: reward,
          own: reward + (index % 2 ? by : -by),
          prompt: "",
        })),
      ).isWithinBf16;
    expect(moved(0.05)).toBe(true);
    expect(moved(0.2)).toBe(false);
  });

  it("has the bounds of the committed results", () => {
    const file = join(import.meta.dirname, "../../../scripts/docs/accuracy/h100.jsonl");
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    const details = lines.find(({ workload }) => workload === "transformers-bfloat16")?.details;
    expect(BF16_ERRORS).toEqual({
      mean: details?.meanError,
      p99: details?.p99Error,
      max: details?.largestError,
    });
  });
});

interface Line {
  workload: string;
  details: { meanError: number; p99Error: number; largestError: number };
}

describe("verifyRewards", () => {
  const messages = (content: string): object[] => [
    { role: "user", content: "q" },
    { role: "assistant", content },
  ];

  async function file(rows: readonly unknown[]): Promise<string> {
    const path = join(await temporaryFolder(), "published.jsonl");
    await writeFile(path, toLines(rows));
    return path;
  }

  it("reads every form, and finds nothing where the rewards are its own", async () => {
    const scorer = new FakeScorer();
    const own = async (content: string): Promise<number> =>
      (await scorer.score(messages(content) as never)).reward;
    const rows = [
      { conversation: messages("a"), reward: await own("a") },
      { messages: messages("good"), reward: await own("good") },
      { prompt: "q", response: "c", reward: await own("c") },
    ];
    const found = await verifyRewards(scorer, await file(rows));
    expect(found).toMatchObject({
      rewards: 3,
      pairs: 3,
      flips: 0,
      isWithinBf16: true,
      difference: { max: 0 },
    });
  });

  it.each([
    ["no reward", "DATASET_INVALID", [{ prompt: "q", response: "a" }]],
    ["a reward in words", "DATASET_INVALID", [{ prompt: "q", response: "a", reward: "high" }]],
    ["two conversations", "DATASET_INVALID", [{ prompt: "q", chosen: "a", rejected: "b", reward: 1 }]],
    ["one record", "DATASET_INVALID", [{ prompt: "q", response: "a", reward: 1 }]],
    [
      "rewards that are all the same",
      "DATASET_INVALID",
      ["a", "b"].map((response) => ({ prompt: "q", response, reward: 1 })),
    ],
    [
      "one that cannot be scored",
      "CONVERSATION_TOO_LONG",
      [1, 2].map((reward) => ({ prompt: "q", response: TOO_LONG, reward })),
    ],
  ])("refuses %s", async (_, code, rows) => {
    await expect(verifyRewards(new FakeScorer(), await file(rows))).rejects.toMatchObject({ code });
  });

  it("compares nothing for a model that is not sound, and says why", async () => {
    const rows = [1, 2].map((reward) => ({ prompt: "q", response: String(reward), reward }));
    const model = join(await temporaryFolder(), "model");
    await cp(join(import.meta.dirname, "../../fixtures/models/tiny-grm"), model, { recursive: true });
    await truncate(join(model, "backbone-f16.gguf"), 1000);
    const { status, stdout } = await cli(["verify", model, "--scores", await file(rows), "--json"]);
    expect(status).toBe(1);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report["isGood"]).toBe(false);
    expect(report).not.toHaveProperty("rewards");
  });

  it("decides verify's exit status", async () => {
    const rows = [
      { prompt: "q", response: "a", reward: 1 },
      { prompt: "q", response: "b", reward: 2 },
    ];
    const model = join(import.meta.dirname, "../../fixtures/models/tiny-grm");
    const { status, stdout } = await cli([
      "verify",
      model,
      "--device",
      "cpu",
      "--scores",
      await file(rows),
      "--json",
    ]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ isGood: true, rewards: { rewards: 2, isWithinBf16: false } });
  });
});

it("JudgeBench's result files become records", () => {
  // The layout of ScalerLab/JudgeBench's outputs/*,judge_name=reward_model,*.jsonl, commit 12a499c.
  const scores = (a: number, b: number): object => ({
    judgment: { judge_model: "m", prompt: "", response: "", scores: [a, b] },
    decision: a > b ? "A>B" : "B>A",
  });
  const line = {
    pair_id: "p",
    original_id: 1,
    source: "mmlu-pro-law",
    question: "q",
    response_model: "m",
    response_A: "a",
    response_B: "b",
    label: "A>B",
    judge_name: "reward_model",
    judgments: [scores(1.5, -2), scores(-2, 1.5)],
  };
  expect(recordsOf(JSON.stringify(line))).toEqual([
    { id: "p-A", prompt: "q", response: "a", reward: 1.5 },
    { id: "p-B", prompt: "q", response: "b", reward: -2 },
  ]);
  expect(() => recordsOf(JSON.stringify({ ...line, judgments: [] }))).toThrow(/p is no pair/);
});
