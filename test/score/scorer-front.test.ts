import { describe, expect, it, vi } from "vitest";
import { ConversationError } from "../../lib/errors.js";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import type { ModelDescription, ScoreOptions, SettledScore } from "../../lib/score/score.js";
import {
  answeredBy,
  ScorerFront,
  type ConversationSource,
  type ScoreAnswer,
  type ScoreCalls,
  type ScoreMethod,
} from "../../lib/score/scorer-front.js";
import { abortable } from "../../lib/util/abortable.js";

const TALK: Conversation = [{ role: "user", content: "Hello" }];

/** Remembers what reaches it; its stream fails at the second conversation. */
class Remembering extends ScorerFront {
  override readonly description = { name: "fake" } as ModelDescription;
  readonly seen: unknown[] = [];
  freed = 0;

  protected override answerTexts(texts: readonly string[], options: ScoreOptions): Promise<SettledScore[]> {
    this.seen.push(["scoreTexts", texts, options]);
    return Promise.resolve([]);
  }

  protected override answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: object,
  ): ScoreAnswer<Method> {
    this.seen.push([method, call, options]);
    return Promise.resolve(method) as unknown as ScoreAnswer<Method>;
  }

  protected override async *stream(
    conversations: ConversationSource,
  ): AsyncGenerator<SettledScore, void, undefined> {
    let index = 0;
    for await (const { length } of conversations as AsyncIterable<Conversation>) {
      index += length;
      if (index === 2) yield { error: new ConversationError("CONVERSATION_INVALID", "Second.") };
      else yield { score: { reward: index, tokenCount: 1, warnings: [] } };
    }
  }

  protected override admit(method: string): void {
    if (this.isDisposed) throw new Error(`${method} after the end`);
  }

  protected override free(): Promise<void> {
    this.freed++;
    return Promise.resolve();
  }
}

/** Answers nothing, until the call is aborted. */
class Waiting extends Remembering {
  protected override answerTexts(_: unknown, { signal }: ScoreOptions = {}): Promise<SettledScore[]> {
    return aborted(signal);
  }

  protected override answer<Method extends ScoreMethod>(
    _method: Method,
    _call: ScoreCalls[Method],
    { signal }: ScoreOptions,
  ): ScoreAnswer<Method> {
    return aborted(signal);
  }

  protected override async *stream(
    _: ConversationSource,
    { signal }: ScoreOptions = {},
  ): AsyncGenerator<SettledScore, void, undefined> {
    yield await aborted<SettledScore>(signal);
  }
}

function aborted<T>(signal: AbortSignal | undefined): Promise<T> {
  return abortable(new Promise<T>(() => undefined), signal);
}

async function collect<T>(stream: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of stream) into.push(item);
  return into;
}

describe("what all scorers share", () => {
  it("hands calls on with their arguments and options", async () => {
    const scorer = new Remembering();
    const { signal } = new AbortController();
    await scorer.score(TALK, { signal });
    await scorer.rank("p", ["a", "b"]);
    await scorer.compare("p", "a", "b");
    expect(scorer.seen).toEqual([
      ["score", { messages: TALK }, { signal }],
      ["rank", { prompt: "p", responses: ["a", "b"] }, {}],
      ["compare", { prompt: "p", a: "a", b: "b" }, {}],
    ]);
  });

  it("has another scorer answer the same calls", async () => {
    const scorer = new Remembering();
    const answerer = answeredBy(scorer);
    await answerer.score({ messages: TALK }, {});
    await answerer.rank({ prompt: "p", responses: ["a"] }, {});
    await answerer.compare({ prompt: "p", a: "a", b: "b" }, {});
    expect(scorer.seen).toEqual([
      ["score", { messages: TALK }, {}],
      ["rank", { prompt: "p", responses: ["a"] }, {}],
      ["compare", { prompt: "p", a: "a", b: "b" }, {}],
    ]);
  });

  it("ends a stream at the first error, unless errors are wanted in place", async () => {
    const scorer = new Remembering();
    const rewards: { reward: number }[] = [];
    await expect(collect(scorer.scoreMany([TALK, TALK, TALK]), rewards)).rejects.toThrow("Second.");
    expect(rewards.map(({ reward }) => reward)).toEqual([1]);
    const settled = await collect(scorer.scoreManySettled([TALK, TALK, TALK]));
    expect(settled.map(({ score, error }) => score?.reward ?? error?.message)).toEqual([1, "Second.", 3]);
  });

  it("gives a call, a stream and texts up when their time is over, and leaves no timer behind", async () => {
    vi.useFakeTimers();
    try {
      const scorer = new Waiting();
      const timeoutMs = 50;
      const late = { code: "DEADLINE_EXCEEDED", details: { timeoutMs } };
      const outcomes = [
        scorer.score(TALK, { timeoutMs }),
        scorer.compare("p", "a", "b", { timeoutMs, signal: new AbortController().signal }),
        scorer.scoreTexts(["a"], { addSpecialTokens: true, timeoutMs }),
        scorer.scoreManySettled([TALK], { timeoutMs }).next(),
      ].map((outcome) => expect(outcome).rejects.toMatchObject(late));
      await vi.advanceTimersByTimeAsync(timeoutMs);
      await Promise.all(outcomes);
      expect(vi.getTimerCount()).toBe(0);
      const reason = new Error("enough");
      const aborted = scorer.rank("p", ["a"], { timeoutMs, signal: AbortSignal.abort(reason) });
      await expect(aborted).rejects.toBe(reason);
      expect(vi.getTimerCount()).toBe(0);
      for (const wrong of [0, -1, 1.5, 2 ** 31, "9", NaN]) {
        const refused = scorer.score(TALK, { timeoutMs: wrong as number });
        await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it("takes no text for a list: its letters are no answers and no conversations", async () => {
    const scorer = new Remembering();
    await expect(scorer.rank("p", "abc" as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(collect(scorer.scoreMany("abc" as never))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(() => scorer.scoreManySettled(undefined as never)).toThrow(/undefined/);
    expect(scorer.seen).toEqual([]);
  });

  it("ends once, and admits nothing afterwards", async () => {
    const scorer = new Remembering();
    await scorer[Symbol.asyncDispose]();
    await scorer.dispose();
    expect(scorer.freed).toBe(1);
    await expect(scorer.score(TALK)).rejects.toThrow("score after the end");
    await expect(scorer.compare("p", "a", "b")).rejects.toThrow("compare after the end");
    expect(() => scorer.scoreManySettled([])).toThrow("scoreMany after the end");
    expect(scorer.seen).toEqual([]);
  });
});
