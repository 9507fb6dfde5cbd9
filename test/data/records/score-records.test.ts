import { describe, expect, it } from "vitest";
import { outputRecord, resultJson, type OutputJson } from "../../../lib/data/records/output-record.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import { scoreRecords } from "../../../lib/data/records/score-records.js";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import { ContextError } from "../../../lib/errors.js";
import type { Comparison, Scorer, SettledScore } from "../../../lib/score/score.js";
import { FakeScorer, TOO_LONG } from "../../eval/fake-scorer.js";

async function* stream<T>(values: readonly T[]): AsyncIterable<T> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

async function run(values: readonly unknown[], scorer: Scorer = new FakeScorer()): Promise<OutputJson[]> {
  const entries = values.map((value, line) => readRecord({ line, value }));
  const output: OutputJson[] = [];
  for await (const outcome of scoreRecords(stream(entries), scorer)) output.push(outputRecord(outcome));
  return output;
}

describe("scoreRecords", () => {
  it("writes each form as the contract has it, in order, errors in place", async () => {
    const scorer = new FakeScorer();
    const score = async (prompt: string, response: string): Promise<ReturnType<typeof resultJson>> =>
      resultJson(
        await scorer.score([
          { role: "user", content: prompt },
          { role: "assistant", content: response },
        ]),
      );
    const [good, bad, other] = await Promise.all([
      score("q", "good"),
      score("q", "bad"),
      score("q", "other"),
    ]);
    const margin = good.reward - bad.reward;
    const rewards = [bad.reward, good.reward, other.reward];
    const output = await run([
      { bad: 1 },
      { prompt: "q", response: "good" },
      { id: "c", prompt: "q", responses: ["bad", "good", "other"] },
      { prompt: "q", responses: ["bad", TOO_LONG] },
      { id: "p", prompt: "q", chosen: "good", rejected: "bad" },
      { prompt: "q", chosen: "good", rejected: TOO_LONG },
      { prompt: "q", response: TOO_LONG },
      "bad",
    ]);
    expect(output).toEqual([
      { id: 0, error: { code: "DATASET_INVALID", message: expect.any(String) as string } },
      { id: 1, ...good },
      { id: "c", results: [bad, good, other], best: rewards.indexOf(Math.max(...rewards)) },
      {
        id: 3,
        error: { code: "CONVERSATION_TOO_LONG", message: expect.stringMatching(/^candidate 1: /) as string },
      },
      {
        id: "p",
        chosen: good,
        rejected: bad,
        margin,
        probability: expect.closeTo(1 / (1 + Math.exp(-margin)), 12) as number,
      },
      {
        id: 5,
        error: { code: "CONVERSATION_TOO_LONG", message: expect.stringMatching(/^rejected: /) as string },
      },
      { id: 6, error: { code: "CONVERSATION_TOO_LONG", message: expect.any(String) as string } },
      { id: 7, error: { code: "DATASET_INVALID", message: expect.any(String) as string } },
    ]);
    expect(Object.keys(output[1] ?? {})).toEqual(["id", "reward", "tokens", "std", "attributes"]);
  });

  it("stops where the model fails, instead of blaming every record after it", async () => {
    class Failing extends FakeScorer {
      override compare(prompt: string | Conversation, a: string, b: string): Promise<Comparison> {
        if (a !== "boom") return super.compare(prompt, a, b);
        return Promise.reject(new ContextError("OUT_OF_MEMORY", "no memory left"));
      }
    }
    const scorer = new Failing({ task: "compare" });
    const pairOf = (chosen: string): object => ({ prompt: "q", chosen, rejected: "bad" });
    const [, tooLong] = await run([pairOf("good"), pairOf(TOO_LONG)], scorer);
    expect(tooLong).toMatchObject({ error: { code: "CONVERSATION_TOO_LONG" } });
    await expect(run([pairOf("good"), pairOf("boom"), pairOf("good")], scorer)).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
    });
  });

  it("holds only records under way in memory", async () => {
    let read = 0;
    async function* entries(): AsyncIterable<ReturnType<typeof readRecord>> {
      for (; read < 1000; read++) {
        await Promise.resolve();
        yield readRecord({ line: read, value: { prompt: "q", responses: ["a", "b"] } });
      }
    }
    let written = 0;
    for await (const outcome of scoreRecords(entries(), new FakeScorer())) {
      expect(outcome.id).toBe(written++);
      expect(read - written).toBeLessThan(2);
    }
    expect(written).toBe(1000);
  });

  it("writes the errors of bad records as they come, while no good one follows", async () => {
    const bad = (line: number): ReturnType<typeof readRecord> =>
      readRecord({ line, value: { no: "record" } });
    let read = 0;
    let isClosed = false;
    async function* entries(): AsyncIterable<ReturnType<typeof readRecord>> {
      try {
        for (yield readRecord({ line: 0, value: { prompt: "q", response: "a" } }); read < 20_000; read++) {
          await Promise.resolve();
          yield bad(read + 1);
        }
        // Nothing more comes, but the source stays open.
        await new Promise(() => undefined);
      } finally {
        isClosed = true;
      }
    }
    let written = 0;
    for await (const { id, error } of scoreRecords(entries(), new FakeScorer())) {
      expect(id).toBe(written);
      expect(error === undefined).toBe(written === 0);
      expect(read - written).toBeLessThan(2000);
      if (++written === 20_001) break;
    }
    expect(written).toBe(20_001);
    expect(isClosed).toBe(false);
  });

  it("holds a bounded number of errors behind a record that is being scored", async () => {
    let read = 0;
    async function* entries(): AsyncIterable<ReturnType<typeof readRecord>> {
      yield readRecord({ line: 0, value: { prompt: "q", response: "a" } });
      for (; read < 20_000; read++) yield await Promise.resolve(readRecord({ line: read + 1, value: {} }));
    }
    /** Scores nothing until the source rests, as an engine that packs conversations does. */
    class Packing extends FakeScorer {
      override async *scoreManySettled(
        conversations: AsyncIterable<Conversation>,
      ): AsyncIterable<SettledScore> {
        const iterator = conversations[Symbol.asyncIterator]();
        const first = await iterator.next();
        const rest = iterator.next();
        for (let seen = -1; seen !== read;) {
          seen = read;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        yield { score: await this.score(first.value as Conversation) };
        await rest;
      }
    }
    const ids: unknown[] = [];
    for await (const { id } of scoreRecords(entries(), new Packing())) {
      if (ids.length === 0) expect(read).toBeLessThan(2000);
      ids.push(id);
    }
    expect(ids).toEqual(Array.from({ length: 20_001 }, (_, id) => id));
  });

  it("compares pairs with a model that only compares, and passes on its refusal of anything else", async () => {
    const scorer = new FakeScorer({ task: "compare" });
    const { margin, probability } = await scorer.compare("q", "a", "b");
    const output = await run(
      [
        { prompt: "q", chosen: "a", rejected: "b" },
        { prompt: "q", chosen: "a", rejected: TOO_LONG },
        { prompt: "q", response: TOO_LONG },
      ],
      scorer,
    );
    expect(output[0]).toEqual({ id: 0, margin, probability });
    expect(output.slice(1)).toMatchObject([
      { id: 1, error: { code: "CONVERSATION_TOO_LONG" } },
      { id: 2, error: { code: "CONVERSATION_TOO_LONG" } },
    ]);
  });
});

describe("resultJson", () => {
  it("has optional fields only where there is something to say", () => {
    const score = { reward: -0.1234567890123, tokenCount: 3, warnings: [] };
    expect(resultJson(score)).toEqual({ reward: -0.1234567890123, tokens: 3 });
    expect(resultJson({ ...score, truncatedTokens: 0 })).not.toHaveProperty("truncated");
    expect(
      resultJson({
        ...score,
        warnings: ["w"],
        truncatedTokens: 2,
        prompt: "p",
        inputIds: [1],
        hidden: [0.5],
      }),
    ).toEqual({
      reward: -0.1234567890123,
      tokens: 3,
      truncated: 2,
      warnings: ["w"],
      prompt: "p",
      inputIds: [1],
      hidden: [0.5],
    });
  });
});
