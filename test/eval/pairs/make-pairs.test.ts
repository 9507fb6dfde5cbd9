import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import { openDataset } from "../../../lib/data/dataset/index.js";
import { choosePairs, type ChoosePairsOptions } from "../../../lib/eval/pairs/choose-pairs.js";
import { makePairs, type MakePairsOptions } from "../../../lib/eval/pairs/make-pairs.js";
import type { Score } from "../../../lib/score/score.js";
import { parseLines, toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer, TOO_LONG } from "../fake-scorer.js";

const candidates = (...values: readonly (readonly [reward: number, std?: number])[]) =>
  values.map(([reward, std], index) => ({ text: `answer ${index}`, reward, std }));

describe("choosePairs", () => {
  const four = candidates([1, 0.1], [4, 2], [3, 0.1], [2, 0.1]);
  const pairs = (options: ChoosePairsOptions): unknown => {
    const choice = choosePairs(four, options);
    return "pairs" in choice
      ? choice.pairs.map(({ chosen, rejected, margin }) => [chosen, rejected, margin])
      : choice;
  };

  it("takes the best against the worst", () => {
    expect(pairs({})).toEqual([[1, 0, 3]]);
  });

  it("takes every two candidates that are far enough apart", () => {
    expect(pairs({ strategy: "all", minMargin: 2 })).toEqual([
      [1, 3, 2],
      [1, 0, 3],
      [2, 0, 2],
    ]);
    expect(pairs({ strategy: "all" })).toHaveLength(6);
  });

  it("leaves out uncertain candidates", () => {
    expect(pairs({ maxStd: 1 })).toEqual([[2, 0, 2]]);
    expect(choosePairs(candidates([1, 5], [2, 5], [3, 0.1]), { maxStd: 1 })).toMatchObject({
      reason: "too-uncertain",
    });
    expect(() => choosePairs(candidates([1], [2]), { maxStd: 1 })).toThrow(/predicts no uncertainty/);
  });

  it("makes no pair of equal rewards, equal texts or a small margin", () => {
    expect(choosePairs(candidates([1], [1]), {})).toMatchObject({ reason: "margin-too-small" });
    expect(choosePairs(candidates([1], [2]), { minMargin: 1.5 })).toMatchObject({
      reason: "margin-too-small",
      detail: "largest margin 1",
    });
    const same = [
      { text: "same", reward: 1 },
      { text: "same", reward: 2 },
    ];
    expect(choosePairs(same, {})).toMatchObject({ reason: "margin-too-small" });
    expect(choosePairs(candidates([1]), {})).toMatchObject({ reason: "too-few-candidates" });
  });
});

describe("makePairs", () => {
  async function make(
    records: readonly unknown[],
    options: Partial<MakePairsOptions> = {},
  ): Promise<{ result: Awaited<ReturnType<typeof makePairs>>; rows: unknown[]; leftOut: unknown[] }> {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    await writeFile(
      input,
      records.map((record) => (typeof record === "string" ? `${record}\n` : toLines([record]))).join(""),
    );
    const out = join(folder, options.out ?? "pairs.jsonl");
    const result = await makePairs({ scorer: new FakeScorer(), input, ...options, out });
    const rows: unknown[] = [];
    for await (const { value } of (await openDataset(out)).rows()) rows.push(value);
    return { result, rows, leftOut: parseLines(await readFile(result.leftOutFile, "utf8")) };
  }

  const record = { id: "a", prompt: "question", responses: ["one", "two", "a good one"] };

  it.each(["pairs.jsonl", "pairs.jsonl.gz", "pairs.parquet"])("writes %s as TRL reads it", async (out) => {
    const { result, rows } = await make([record], { out });
    const scorer = new FakeScorer();
    const rewards = await Promise.all(
      record.responses.map(async (content) => {
        const answer = { role: "assistant", content };
        return { answer, ...(await scorer.score([{ role: "user", content: "question" }, answer])) };
      }),
    );
    rewards.sort((a, b) => b.reward - a.reward);
    expect(rows).toEqual([
      {
        id: "a",
        prompt: [{ role: "user", content: "question" }],
        chosen: [rewards[0]?.answer],
        rejected: [rewards[2]?.answer],
        score_chosen: rewards[0]?.reward,
        score_rejected: rewards[2]?.reward,
        margin: (rewards[0]?.reward ?? 0) - (rewards[2]?.reward ?? 0),
      },
    ]);
    expect(result).toMatchObject({ records: 1, pairs: 1, leftOut: {} });
  });

  it("keeps all earlier messages in the prompt", async () => {
    const prompt = [
      { role: "system", content: "be brief" },
      { role: "user", content: "question" },
    ];
    const { rows } = await make([{ ...record, prompt }]);
    expect(rows).toMatchObject([{ prompt }]);
  });

  it("takes labelled answers of a benchmark as candidates", async () => {
    const row = {
      id: "1",
      prompt: "q",
      chosen: ["good"],
      rejected: ["b", "c"],
      num_correct: 1,
      subset: "Math",
    };
    const { result } = await make([row], { strategy: "all" });
    expect(result.pairs).toBe(3);
  });

  const turns = (question: string): unknown => [
    { role: "user", content: question },
    { role: "assistant", content: "answer" },
  ];

  it("says for every record without a pair why", async () => {
    const { result, leftOut } = await make([
      record,
      "not json",
      { ...record, id: "b", responses: ["alone"] },
      { ...record, id: "c", responses: ["x", TOO_LONG] },
      { ...record, id: "d", responses: ["x", "x"] },
      { id: "e", chosen: turns("one question"), rejected: turns("another question") },
    ]);
    expect(result.leftOut).toEqual({
      unreadable: 1,
      "too-few-candidates": 1,
      "not-scored": 1,
      "margin-too-small": 1,
      "different-prompts": 1,
    });
    expect(leftOut.map((entry) => (entry as { id: unknown; reason: string }).id)).toEqual([
      1,
      "b",
      "c",
      "d",
      "e",
    ]);
    expect(leftOut[2]).toMatchObject({
      reason: "not-scored",
      detail: expect.stringMatching(/^candidate 1: 1001 tokens/) as string,
    });
  });

  it("says why even where Parquet has no pair to hold", async () => {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    await writeFile(input, toLines([{ ...record, responses: ["alone"] }]));
    const out = join(folder, "pairs.parquet");
    await expect(makePairs({ scorer: new FakeScorer(), input, out })).rejects.toThrow(/no record to write/);
    const leftOut = parseLines(await readFile(join(folder, "pairs.parquet.left-out.jsonl"), "utf8"));
    expect(leftOut).toMatchObject([{ id: "a", reason: "too-few-candidates" }]);
  });

  it("keeps whole messages, and what stands beside them as it was written", async () => {
    const call = '{"function":{"name":"f","arguments":{"a":7.0,"b":12345678901234567890}}}';
    const row =
      `{"id":"t","prompt":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[${call}]},` +
      '{"role":"tool","content":"56"}],"responses":["one","a good one"],"tools":[{"name":"f","minimum":1.0}],' +
      '"chat_template_kwargs":{"enable_thinking":false}}';
    const { result } = await make([row]);
    expect(result).toMatchObject({ pairs: 1, leftOut: {} });
    const written = await readFile(result.leftOutFile.replace(".left-out.jsonl", ""), "utf8");
    expect(written).toContain(`"tool_calls":[${call}]`);
    expect(written).toContain(
      '"tools":[{"name":"f","minimum":1.0}],"chat_template_kwargs":{"enable_thinking":false}',
    );
    const { result: refused, leftOut } = await make([{ ...record, tools: "f" }]);
    expect(refused.leftOut).toEqual({ unreadable: 1 });
    expect(leftOut).toMatchObject([{ reason: "unreadable" }]);
  });

  it("stops at the first bad record when strict", async () => {
    await expect(make([record, "not json"], { strict: true })).rejects.toThrow(/Line 2 is not JSON/);
    await expect(make([{ ...record, responses: ["x", TOO_LONG] }], { strict: true })).rejects.toThrow(
      /cannot be scored/,
    );
  });

  describe("resuming", () => {
    const records = Array.from({ length: 30 }, (_, index) => ({
      id: `r${index}`,
      prompt: `question ${index}`,
      responses: index === 7 ? ["alone"] : ["one", index === 11 ? TOO_LONG : "two", `a good one ${index}`],
    }));

    it.each([0, 1, 12, 30])("continues after %d records and a torn line", async (count) => {
      const folder = await temporaryFolder();
      const input = join(folder, "in.jsonl");
      await writeFile(input, `${toLines(records)}not json\n`);
      const files = (name: string): Promise<string[]> =>
        Promise.all(
          [".jsonl", ".jsonl.scores.jsonl", ".jsonl.left-out.jsonl"].map((ending) =>
            readFile(join(folder, `${name}${ending}`), "utf8"),
          ),
        );
      const options = { input, settings: { bos: "once" } };
      await makePairs({ ...options, scorer: new FakeScorer(), out: join(folder, "whole.jsonl") });
      const whole = await files("whole");
      const out = join(folder, "again.jsonl");
      await makePairs({ ...options, scorer: new FakeScorer(), out });
      await rm(out);
      const lines = (whole[1] ?? "").split(/(?<=\n)/);
      await writeFile(
        join(folder, "again.jsonl.scores.jsonl"),
        lines.slice(0, count).join("") + (lines[count] ?? "").slice(0, 15),
      );
      const scorer = new FakeScorer();
      const done: number[] = [];
      await makePairs({ ...options, scorer, out, resume: true, onProgress: (now) => done.push(now) });
      expect(await files("again")).toEqual(whole);
      const left = records.slice(count).flatMap(({ responses }) => responses);
      expect(scorer.scored).toBe(left.length);
      expect(done[0]).toBe(count + 1);
    });

    it("chooses other pairs without scoring again", async () => {
      const folder = await temporaryFolder();
      const input = join(folder, "in.jsonl");
      await writeFile(input, toLines(records));
      const options = { input, out: join(folder, "pairs.parquet") };
      const best = await makePairs({ ...options, scorer: new FakeScorer() });
      const scorer = new FakeScorer();
      const all = await makePairs({ ...options, scorer, resume: true, strategy: "all" });
      expect(scorer.scored).toBe(0);
      expect(all.pairs).toBeGreaterThan(2 * best.pairs);
      expect(all.scoresFile).toBe(join(folder, "pairs.parquet.scores.jsonl"));
    });

    it("never overwrites scores, and mixes neither models nor settings nor data", async () => {
      const folder = await temporaryFolder();
      const [input, other] = [join(folder, "in.jsonl"), join(folder, "other.jsonl")];
      await writeFile(input, toLines(records));
      await writeFile(other, toLines(records.slice(1)));
      const options = { input, scorer: new FakeScorer(), out: join(folder, "pairs.jsonl") };
      await makePairs(options);
      const before = await readFile(options.out, "utf8");
      await expect(makePairs(options)).rejects.toThrow(/already holds scores.*--resume/);
      const resume = (more: Partial<MakePairsOptions>): Promise<unknown> =>
        makePairs({ ...options, resume: true, ...more });
      await expect(resume({ scorer: new FakeScorer({ type: "q8_0" }) })).rejects.toThrow(/was another one/);
      await expect(resume({ settings: { bos: "none" } })).rejects.toThrow(/was another one/);
      await expect(resume({ input: other })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await writeFile(other, toLines(records.map((each) => ({ ...each, responses: ["x", "y", "z"] }))));
      await expect(resume({ input: other })).rejects.toThrow(/was another one/);
      expect(await readFile(options.out, "utf8")).toBe(before);
      await expect(resume({ strict: true })).rejects.toThrow(
        /Record r11 cannot be scored: candidate 1: 1001/,
      );
    });

    it("says at the first record that a model predicts no std", async () => {
      class Certain extends FakeScorer {
        override async score(messages: Conversation): Promise<Score> {
          const { std, ...score } = await super.score(messages);
          expect(std).toBeDefined();
          return score;
        }
      }
      const scorer = new Certain();
      await expect(make(records, { scorer, maxStd: 1 })).rejects.toThrow(/predicts no uncertainty/);
      expect(scorer.scored).toBeLessThan(10);
    });
  });

  it("refuses a model that only compares", async () => {
    await expect(make([record], { scorer: new FakeScorer({ task: "compare" }) })).rejects.toThrow(
      /only compares/,
    );
  });
});
