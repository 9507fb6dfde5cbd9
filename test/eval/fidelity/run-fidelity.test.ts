import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import { compareTypes, type FidelityRow } from "../../../lib/eval/fidelity/compare-types.js";
import { runFidelity } from "../../../lib/eval/fidelity/run-fidelity.js";
import type { TypeScores } from "../../../lib/eval/fidelity/score-type.js";
import { evidenceOf } from "../../../lib/eval/fidelity/evidence.js";
import { verdict } from "../../../lib/eval/fidelity/verdict.js";
import type { Score } from "../../../lib/score/score.js";
import { toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer, TOO_LONG } from "../fake-scorer.js";
import { syntheticRewardBench } from "../synthetic-rewardbench.js";

function typeScores(
  type: string,
  rewards: readonly (readonly number[])[],
  isLabelledPair = true,
): TypeScores {
  return {
    type,
    model: "fake/rm",
    fingerprint: "f",
    settings: "CPU",
    itself: { conversations: 2, alone: 0.5, shuffled: 0.25 },
    records: rewards.map((list) => ({ rewards: list, isLabelledPair })),
    leftOut: new Map(),
    seconds: 2,
    tokens: 100,
    sizeBytes: 10,
  };
}

describe("compareTypes", () => {
  it("is exactly zero for a type against itself", () => {
    const scores = typeScores("f32", [
      [1, 2],
      [3, 1.5],
    ]);
    expect(compareTypes(scores, scores)).toMatchObject({
      difference: { mean: 0, p99: 0, max: 0 },
      rankCorrelation: 1,
      kendallTau: 1,
      pairs: 2,
      flips: 0,
      nearTieFlips: 0,
      accuracy: { pairs: 2, value: 0.5, change: 0, interval: [0, 0], pValue: 1 },
      recordsPerSecond: 1,
      tokensPerSecond: 50,
    });
  });

  it("measures differences, flips, near-ties and accuracy", () => {
    // Margins of the reference: 4, −4, 0.1 (a near-tie: their standard deviation is 3.3). The other type turns the second
    // and the third around, and moves rewards by 0, 0, 5, 0, 0, 0.2.
    const reference = typeScores("f32", [
      [4, 0],
      [-4, 0],
      [0.1, 0],
    ]);
    const other = typeScores("q8_0", [
      [4, 0],
      [1, 0],
      [0.1, 0.2],
    ]);
    const row = compareTypes(reference, other);
    expect(row.difference.mean).toBeCloseTo((5 + 0.2) / 6, 12);
    expect(row.difference.max).toBe(5);
    // The reference's rewards are 4, −4, 0.1 and three times 0.
    const std = Math.sqrt((16 + 16 + 0.01) / 6 - (0.1 / 6) ** 2);
    expect(row.differenceInStds?.max).toBeCloseTo(5 / std, 12);
    expect(row.differenceInStds?.mean).toBeCloseTo(5.2 / 6 / std, 12);
    expect(row.itselfInStds).toEqual({ conversations: 2, alone: 0.5 / std, shuffled: 0.25 / std });
    expect(row).toMatchObject({ isReference: false, records: 3, flippedRecords: 1, isSafe: false });
    expect(row).toMatchObject({ rewards: 6, pairs: 3, flips: 2, nearTieFlips: 1 });
    expect(row.accuracy).toMatchObject({ value: 2 / 3, change: 0 });
    expect(row.accuracy?.pValue).toBe(1);
  });

  it("counts every two candidates of a record, and none that is not scored", () => {
    const reference = typeScores("f32", [[1, 2, 3, Number.NaN]], false);
    const other = typeScores("q8_0", [[2, 1, 3, 4]], false);
    expect(compareTypes(reference, other)).toMatchObject({ rewards: 3, pairs: 3, flips: 1, accuracy: null });
  });
});

describe("what is left out", () => {
  const load = (type: string): Promise<{ scorer: FakeScorer; sizeBytes: number }> =>
    Promise.resolve({ scorer: new NoisyScorer(type, 0.5, []), sizeBytes: 1 });

  it("is counted once, by reason, and named in order", async () => {
    const data = join(await temporaryFolder(), "data.jsonl");
    const good = syntheticRewardBench(0.01);
    const long = { ...good[0], id: "long", chosen: TOO_LONG };
    await writeFile(data, `${toLines([long, good[0], { id: "none" }])}not json\n${toLines(good.slice(1))}`);
    const options = { data, reference: "f32", load };
    const report = await runFidelity({ ...options, types: ["f16", "q8_0"] });
    expect(report.leftOut.records).toBe(3);
    expect(report.leftOut.reasons).toEqual({ CONVERSATION_TOO_LONG: 1, DATASET_INVALID: 2 });
    expect(report.leftOut.examples.map(({ id }) => id)).toEqual(["long", "none", 3]);
    expect(report.rows[0]?.accuracy?.pairs).toBe(good.length);
    await expect(runFidelity({ ...options, types: ["f16"], strict: true })).rejects.toThrow(/1001 tokens/);
  });

  it("is the reason where nothing is left", async () => {
    const data = join(await temporaryFolder(), "data.jsonl");
    await writeFile(data, toLines([{ prompt: "q", responses: [TOO_LONG] }]));
    await expect(runFidelity({ data, reference: "f32", types: ["f16"], load })).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(/nothing to compare. 1001 tokens/) as string,
    });
  });
});

describe("verdict", () => {
  const accuracy = {
    pairs: 1000,
    value: 0.9,
    change: -0.002,
    interval: [-0.012, 0.008] as const,
    pValue: 0.7,
  };
  const row = (type: string, more: Partial<FidelityRow>): FidelityRow => {
    const made = {
      ...compareTypes(typeScores("f32", [[1, 0]]), typeScores(type, [[1, 0]])),
      pairs: 1000,
      records: 1000,
      accuracy: null,
      ...more,
    };
    return { ...made, ...evidenceOf(made) };
  };

  it("names the smallest type that keeps the order of pairs", () => {
    const rows = [
      row("f16", { sizeBytes: 200, flips: 2, nearTieFlips: 2, flippedRecords: 0 }),
      row("q8_0", { sizeBytes: 100, flips: 12, nearTieFlips: 10, flippedRecords: 2 }),
      row("q4_k_m", { sizeBytes: 50, flips: 80, nearTieFlips: 20, flippedRecords: 60 }),
    ];
    expect(verdict("f32", rows)).toBe(
      "q8_0 is the smallest safe type on these records: it turns 12 of 1000 pairs around, 10 of them near-ties. " +
        "Of other records of this kind it turns at most 0.63 % around (95 %, exact binomial).",
    );
  });

  it("takes a loss of accuracy that the data cannot rule out as unsafe", () => {
    const better = { ...accuracy, interval: [-0.008, 0.004] as const };
    expect(row("q8_0", { accuracy })).toMatchObject({
      isSafe: false,
      flipBound: expect.closeTo(0.003, 4) as number,
    });
    expect(row("q8_0", { accuracy: better }).isSafe).toBe(true);
    expect(verdict("f32", [row("q8_0", { accuracy })])).toMatch(/None of q8_0 is safe .* stay with f32/);
  });

  it("says how many records it takes", () => {
    const few = row("q8_0", { pairs: 298, records: 298 });
    expect(few).toMatchObject({ isSafe: false, recordsNeeded: 299 });
    expect(verdict("f32", [few])).toBe(
      "These records, 298 with pairs of candidates, are too few to say which type is safe: with 0 that q8_0 turns around, near-ties " +
        "apart, 299 would bound that to 1 % (95 %, exact binomial). Use more, or stay with f32.",
    );
    expect(row("q8_0", { pairs: 299, records: 299 }).isSafe).toBe(true);
    expect(row("q8_0", { flippedRecords: 1, pairs: 472, records: 472 })).toMatchObject({
      isSafe: false,
      recordsNeeded: 473,
    });
    expect(verdict("f32", [row("q8_0", { pairs: 0, records: 0 })])).toMatch(/0 with pairs .* too few/);
    expect(verdict("f32", [row("q8_0", { flippedRecords: 100, flips: 100 })])).toMatch(
      /None of q8_0 is safe/,
    );
  });
});

/** Rewards moved by a little noise that depends on the text. */
class NoisyScorer extends FakeScorer {
  constructor(
    type: string,
    readonly noise: number,
    readonly disposed: string[],
  ) {
    super({ type });
  }

  override async score(messages: Conversation): Promise<Score> {
    const score = await super.score(messages);
    return { ...score, reward: score.reward + this.noise * Math.sin(1000 * score.reward) };
  }

  override dispose(): Promise<void> {
    this.disposed.push(this.description.type);
    return super.dispose();
  }
}

describe("runFidelity", () => {
  const noises: Readonly<Record<string, number>> = { f32: 0, f16: 1e-4, q4_k_m: 1 };

  it("scores the same records with one type after the other", async () => {
    const data = join(await temporaryFolder(), "data.jsonl");
    await writeFile(data, `${toLines(syntheticRewardBench(0.12))}not a record\n`);
    const disposed: string[] = [];
    const load = (type: string): Promise<{ scorer: FakeScorer; sizeBytes: number }> =>
      Promise.resolve({ scorer: new NoisyScorer(type, noises[type] ?? 0, disposed), sizeBytes: 1 });
    // The reference is there once, however often it is named: its row is exactly zero.
    const report = await runFidelity({ data, reference: "f32", types: ["q4_k_m", "f32", "f16"], load });
    expect(disposed).toEqual(["f32", "q4_k_m", "f16"]);
    expect(report.rows.map(({ type }) => type)).toEqual(["f32", "q4_k_m", "f16"]);
    const [exact, coarse, half] = report.rows;
    expect(exact).toMatchObject({ difference: { mean: 0, p99: 0, max: 0 }, flips: 0, rankCorrelation: 1 });
    expect(exact?.accuracy).toMatchObject({ change: 0 });
    expect(half?.difference.max).toBeGreaterThan(0);
    expect(half?.difference.max).toBeLessThanOrEqual(1e-4);
    expect(coarse?.difference.max).toBeGreaterThan(0.5);
    expect(coarse?.flips).toBeGreaterThan(half?.flips ?? 0);
    expect(report.verdict).toMatch(/^f16 is the smallest safe type/);
    expect(report.leftOut).toMatchObject({ records: 1, reasons: { DATASET_INVALID: 1 } });
    await expect(runFidelity({ data, reference: "f32", types: ["f16"], load, strict: true })).rejects.toThrow(
      /not JSON/,
    );
    await expect(runFidelity({ data, reference: "f32", types: [], load })).rejects.toThrow(/at least one/);
  });

  it("measures the reference's own type where it is run less exactly than the reference", async () => {
    const data = join(await temporaryFolder(), "data.jsonl");
    await writeFile(data, toLines(syntheticRewardBench(0.1)));
    const disposed: string[] = [];
    const loader = (noise: number, kvType: "f32" | "f16") => () => {
      const scorer = new NoisyScorer("f32", noise, disposed);
      scorer.description.settings = { ...scorer.description.settings, kvType };
      return Promise.resolve({ scorer, sizeBytes: 1 });
    };
    const options = { data, reference: "f32", types: ["f32"], loadReference: loader(0, "f32") };
    const half = await runFidelity({ ...options, load: loader(1e-3, "f16") });
    expect(half.rows.map(({ type, isReference }) => [type, isReference])).toEqual([
      ["f32", true],
      ["f32", false],
    ]);
    expect(half.rows[1]?.differenceInStds?.max).toBeGreaterThan(0);
    expect(half.rows[1]?.settings).toContain("f16 cache");
    const same = await runFidelity({ ...options, load: loader(1e-3, "f32") });
    expect(same.rows).toHaveLength(1);
    expect(same.verdict).toMatch(/^Nothing to say/);
    expect(disposed).toHaveLength(4);
  });
});
