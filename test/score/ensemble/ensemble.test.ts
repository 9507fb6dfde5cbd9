import { describe, expect, it } from "vitest";
import { ConversationError, ScoreError } from "../../../lib/errors.js";
import { combineScores } from "../../../lib/score/ensemble/combine.js";
import { EnsembleScorer } from "../../../lib/score/ensemble/ensemble-scorer.js";
import { tee } from "../../../lib/score/ensemble/tee.js";
import {
  ScorerFront,
  answeredBy,
  type Answerer,
  type ScoreAnswer,
  type ScoreMethod,
} from "../../../lib/score/scorer-front.js";
import type { ModelDescription, Score, ScoreOptions, SettledScore } from "../../../lib/score/score.js";
import { FakeScorer } from "../../eval/fake-scorer.js";
import { asRequest, type ConversationInput } from "../../../lib/score/conversation/conversation.js";
import { contentText } from "../../../lib/score/conversation/message-content.js";

const scored = (reward: number): Score => ({ reward, tokenCount: 3, warnings: [] });

describe("rewards of several models", () => {
  // numpy 2.4.6: np.mean, np.min, np.mean - np.var, np.std of [1.5, -0.25, 4.0].
  it.each([
    ["mean", 1, 1.75],
    ["worst", 1, -0.25],
    ["uwo", 1, -1.2916666666666665],
    ["uwo", 0.5, 0.22916666666666674],
  ] as const)("become one: %s, lambda %s", (by, lambda, reward) => {
    const score = combineScores([1.5, -0.25, 4].map(scored), { by, lambda });
    expect(score.reward).toBeCloseTo(reward, 12);
    expect(score.std).toBeCloseTo(1.7440374613713625, 12);
    expect(score.ensemble).toEqual({ mean: 1.75, worst: -0.25, rewards: [1.5, -0.25, 4] });
  });

  it("are put on one scale, and kept as they were", () => {
    const scales = [
      { mean: 1, std: 0.5 },
      { mean: -10, std: 4 },
    ];
    const score = combineScores([scored(1.5), scored(-2)], { by: "mean", lambda: 1, scales });
    expect(score).toMatchObject({ reward: 1.5, std: 0.5, ensemble: { worst: 1, rewards: [1.5, -2] } });
  });

  it("that make no number are an error", () => {
    expect(() => combineScores([scored(1e300), scored(-1e300)], { by: "uwo", lambda: 1 })).toThrow(
      ScoreError,
    );
  });
});

describe("a stream for several readers", () => {
  it("gives each of them everything, whoever is ahead, and asks the source once", async () => {
    let asked = 0;
    let isClosed = false;
    function* source(): Generator<number> {
      try {
        for (; asked < 5; asked++) yield asked;
      } finally {
        isClosed = true;
      }
    }
    const [first, second] = tee(source(), 2).map((reader) => reader[Symbol.asyncIterator]());
    const seen = [await first?.next(), await first?.next(), await second?.next()];
    expect(seen.map((result) => result?.value as unknown)).toEqual([0, 1, 0]);
    await first?.return?.();
    expect(isClosed).toBe(false);
    expect((await second?.next())?.value).toBe(1);
    expect(asked).toBe(1);
    await second?.return?.();
    expect(isClosed).toBe(true);
  });

  it("passes a failure of the source to each", async () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- a source that fails at once
    async function* source(): AsyncGenerator<number> {
      yield 1;
      throw new Error("gone");
    }
    for (const reader of tee(source(), 2)) {
      const iterator = reader[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toBe(1);
      await expect(iterator.next()).rejects.toThrow("gone");
    }
  });
});

/** Rewards the length of the answer, times a factor. */
class LengthScorer extends ScorerFront {
  override readonly description: ModelDescription;
  isFreed = false;
  readonly #answerer: Answerer;

  constructor(
    private readonly factor: number,
    task: ModelDescription["task"] = "score",
  ) {
    super();
    const fake = new FakeScorer({ task, name: `fake ${factor}`, fingerprint: String(factor) });
    this.description = fake.description;
    this.#answerer = answeredBy(fake);
  }

  #reward(conversation: ConversationInput): number {
    const answer = contentText(asRequest(conversation).messages.at(-1)?.content) ?? "";
    if (answer === "too long") throw new ConversationError("CONVERSATION_TOO_LONG", "too long");
    return this.factor * answer.length;
  }

  protected override async answer<Method extends ScoreMethod>(
    method: Method,
    call: Parameters<Answerer[Method]>[0],
    options: ScoreOptions,
  ): Promise<Awaited<ScoreAnswer<Method>>> {
    if (method === "rank") {
      const { responses } = call as unknown as { responses: string[] };
      return responses
        .map((text, index) => ({ ...scored(this.factor * text.length), index, rank: 0 }))
        .sort((a, b) => b.reward - a.reward) as Awaited<ScoreAnswer<Method>>;
    }
    if (method === "score") {
      return scored(this.#reward((call as unknown as { messages: ConversationInput }).messages)) as Awaited<
        ScoreAnswer<Method>
      >;
    }
    return (await this.#answerer[method](call as never, options)) as Awaited<ScoreAnswer<Method>>;
  }

  protected override async *stream(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
  ): AsyncGenerator<SettledScore, void, undefined> {
    for await (const conversation of conversations) {
      try {
        yield { score: scored(this.#reward(conversation)) };
      } catch (error) {
        if (!(error instanceof ConversationError)) throw error;
        yield { error };
      }
    }
  }

  protected override answerTexts(texts: readonly string[]): Promise<SettledScore[]> {
    return Promise.resolve(texts.map((text) => ({ score: scored(this.factor * text.length) })));
  }

  protected override admit(): void {
    // Everything is allowed.
  }

  protected override free(): Promise<void> {
    this.isFreed = true;
    return Promise.resolve();
  }
}

const RULE = { by: "mean", lambda: 1 } as const;
const answered = (content: string): ConversationInput => [
  { role: "user", content: "?" },
  { role: "assistant", content },
];

describe("an ensemble", () => {
  it("scores, ranks, compares and streams as its rule says", async () => {
    const ensemble = new EnsembleScorer([new LengthScorer(1), new LengthScorer(-3)], RULE);
    expect(await ensemble.score(answered("four"))).toMatchObject({
      reward: -4,
      ensemble: { rewards: [4, -12] },
    });
    const ranked = await ensemble.rank("?", ["four", "to", "three"]);
    expect(ranked.map(({ index, reward }) => [index, reward])).toEqual([
      [1, -2],
      [0, -4],
      [2, -5],
    ]);
    expect(await ensemble.compare("?", "four", "to")).toMatchObject({ margin: -2 });
    const settled: SettledScore[] = [];
    for await (const each of ensemble.scoreManySettled(["a", "too long", "abc"].map(answered)))
      settled.push(each);
    expect(settled.map(({ score, error }) => score?.reward ?? error?.code)).toEqual([
      -1,
      "CONVERSATION_TOO_LONG",
      -3,
    ]);
    expect((await ensemble.scoreTexts(["ab"], { addSpecialTokens: true }))[0]?.score?.reward).toBe(-2);
  });

  it("stops when the consumer does, and takes its members along", async () => {
    const members = [new LengthScorer(1), new LengthScorer(2)];
    const ensemble = new EnsembleScorer(members, RULE);
    let isClosed = false;
    function* source(): Generator<ConversationInput> {
      try {
        for (;;) yield answered("a");
      } finally {
        isClosed = true;
      }
    }
    for await (const { score } of ensemble.scoreManySettled(source())) {
      expect(score?.reward).toBe(1.5);
      break;
    }
    expect(isClosed).toBe(true);
    await ensemble.dispose();
    expect(members.map(({ isFreed }) => isFreed)).toEqual([true, true]);
    await expect(ensemble.score(answered("a"))).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("is another one with other members, another rule or other scales", () => {
    const members = (): LengthScorer[] => [new LengthScorer(1), new LengthScorer(2)];
    const scales = [
      { mean: 0, std: 1 },
      { mean: 0, std: 2 },
    ];
    const fingerprints = [
      new EnsembleScorer(members(), RULE),
      new EnsembleScorer(members(), { ...RULE, by: "worst" }),
      new EnsembleScorer(members(), { ...RULE, scales }),
      new EnsembleScorer([...members(), new LengthScorer(3)], RULE),
    ].map(({ description }) => description.fingerprint);
    expect(new Set(fingerprints).size).toBe(4);
  });

  it("refuses fewer than two, models of steps or of comparisons, and what is emitted", async () => {
    expect(() => new EnsembleScorer([new LengthScorer(1)], RULE)).toThrow("at least two");
    expect(() => new EnsembleScorer([new LengthScorer(1), new LengthScorer(2, "steps")], RULE)).toThrow(
      "rewards steps",
    );
    expect(() => new EnsembleScorer([new LengthScorer(1), new LengthScorer(2, "compare")], RULE)).toThrow(
      "only compares",
    );
    expect(
      () =>
        new EnsembleScorer([new LengthScorer(1), new LengthScorer(2)], {
          ...RULE,
          scales: [{ mean: 0, std: 1 }],
        }),
    ).toThrow("a scale");
    const ensemble = new EnsembleScorer([new LengthScorer(1), new LengthScorer(2)], RULE);
    await expect(ensemble.score(answered("a"), { emit: ["hidden"] })).rejects.toThrow("emits none");
  });
});
