import { setTimeout } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import type { RewardError } from "../../../lib/errors.js";
import { ConversationError, DecodeError, ScoreError } from "../../../lib/errors.js";
import type { HeadInput } from "../../../lib/score/head/head.js";
import type { Score, SettledScore } from "../../../lib/score/score.js";
import { scoreStream, type ScoreStages } from "../../../lib/score/pipeline/score-stream.js";
import type { PreparedPrompt } from "../../../lib/score/template/prompt-builder.js";

/** Stages that give a conversation its content's number as reward, and keep a log of what happened when. */
class FakeStages implements ScoreStages {
  readonly log: string[] = [];
  computeMs = 1;
  onCompute: (texts: readonly string[]) => void = () => undefined;
  #windows = 0;

  async prepare(conversations: readonly Conversation[]): Promise<(PreparedPrompt | RewardError)[]> {
    this.log.push(`prepare ${this.#windows++}`);
    await setTimeout(0);
    return conversations.map((conversation) => {
      const text = conversation[0]?.content ?? "";
      return text.startsWith("bad")
        ? new ConversationError("CONVERSATION_INVALID", text)
        : { text, tokens: Int32Array.of(1), scored: 0, warnings: [], truncatedTokens: 0 };
    });
  }

  async compute(
    prompts: readonly PreparedPrompt[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<HeadInput[]> {
    this.log.push("compute");
    this.onCompute(prompts.map((prompt) => prompt.text));
    await setTimeout(this.computeMs);
    options.signal?.throwIfAborted();
    this.log.push("computed");
    return prompts.map((prompt) => ({ scored: Float32Array.of(Number(prompt.text.trim())) }));
  }

  finish(prompts: readonly PreparedPrompt[], inputs: readonly HeadInput[]): Promise<Score[]> {
    const rewards = inputs.map((input) => input.scored[0] ?? NaN);
    if (rewards.some((reward) => Number.isNaN(reward))) {
      return Promise.reject(new ScoreError("SCORE_INVALID", "NaN"));
    }
    return Promise.resolve(
      prompts.map((_, index) => ({ reward: rewards[index] ?? NaN, tokenCount: 1, warnings: [] })),
    );
  }
}

/** Padded so that the first windows hold eight conversations. */
const conversation = (text: string | number): Conversation => [
  { role: "user", content: String(text).padEnd(512) },
];

function* conversations(count: number, onClose: () => void = () => undefined): Generator<Conversation> {
  try {
    for (let index = 0; index < count; index++) yield conversation(index);
  } finally {
    onClose();
  }
}

async function collect(stream: AsyncIterable<SettledScore>): Promise<(number | string)[]> {
  const results: (number | string)[] = [];
  for await (const { score, error } of stream) results.push(error ? error.code : score.reward);
  return results;
}

describe("scoreStream", () => {
  it("gives every conversation its score, in order, over many windows", async () => {
    const results = await collect(scoreStream(new FakeStages(), conversations(1000), {}));
    expect(results).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  it("ends at once on an empty stream", async () => {
    expect(await collect(scoreStream(new FakeStages(), [], {}))).toEqual([]);
  });

  it("puts errors in their places: those of the prompt and those of the head", async () => {
    const given = ["0", "bad role", "2", "NaN", "4"].map(conversation);
    const results = await collect(scoreStream(new FakeStages(), given, {}));
    expect(results).toEqual([0, "CONVERSATION_INVALID", 2, "SCORE_INVALID", 4]);
  });

  it("leaves malformed input to the stages that name what is wrong with it", async () => {
    const given = ["bad" as unknown as Conversation, [{ role: "user", content: "bad" }]] as Conversation[];
    const stages = new FakeStages();
    const prepare = stages.prepare.bind(stages);
    stages.prepare = (window) => prepare(window.map(() => conversation("bad")));
    expect(await collect(scoreStream(stages, given, {}))).toEqual([
      "CONVERSATION_INVALID",
      "CONVERSATION_INVALID",
    ]);
  });

  it("prepares and queues the next window while one is computed", async () => {
    const stages = new FakeStages();
    stages.computeMs = 20;
    await collect(scoreStream(stages, conversations(40), {}));
    const firstDone = stages.log.indexOf("computed");
    expect(stages.log.slice(0, firstDone)).toEqual(["prepare 0", "compute", "prepare 1", "compute"]);
  });

  it("reads no more than a few windows ahead of a slow consumer", async () => {
    let read = 0;
    function* counted(): Generator<Conversation> {
      for (const given of conversations(5000)) {
        read++;
        yield given;
      }
    }
    const stream = scoreStream(new FakeStages(), counted(), {});
    await stream.next();
    await setTimeout(50);
    expect(read).toBeLessThan(60);
    await stream.return(undefined);
  });

  it("scores what is there while the source waits for its result", async () => {
    let answer: (value: unknown) => void = () => undefined;
    async function* dialogue(): AsyncGenerator<Conversation> {
      for (let turn = 0; turn < 5; turn++) {
        yield conversation(turn);
        await new Promise((resolve) => (answer = resolve));
      }
    }
    const rewards: number[] = [];
    for await (const { score } of scoreStream(new FakeStages(), dialogue(), {})) {
      rewards.push(score?.reward ?? NaN);
      answer(undefined);
    }
    expect(rewards).toEqual([0, 1, 2, 3, 4]);
  });

  it("closes the source when the consumer stops early, and computes nothing more", async () => {
    const stages = new FakeStages();
    let isClosed = false;
    for await (const { score } of scoreStream(
      stages,
      conversations(1000, () => (isClosed = true)),
      {},
    )) {
      if (score?.reward === 3) break;
    }
    expect(isClosed).toBe(true);
    const computed = stages.log.length;
    await setTimeout(20);
    expect(stages.log.length).toBe(computed);
  });

  it("rejects with the signal's reason while it computes and while it waits for the source", async () => {
    const reason = new Error("user pressed stop");
    const computing = new AbortController();
    const stages = new FakeStages();
    stages.onCompute = () => {
      computing.abort(reason);
    };
    await expect(collect(scoreStream(stages, conversations(10), { signal: computing.signal }))).rejects.toBe(
      reason,
    );

    const waiting = new AbortController();
    async function* blocked(): AsyncGenerator<Conversation> {
      yield conversation(0);
      await new Promise(() => undefined);
    }
    const run = collect(scoreStream(new FakeStages(), blocked(), { signal: waiting.signal }));
    await setTimeout(20);
    waiting.abort(reason);
    await expect(run).rejects.toBe(reason);
  });

  it("is left at once where the source has fallen silent, by break and by a throw", async () => {
    for (const leave of ["break", "throw"]) {
      let asked = false;
      async function* silent(): AsyncGenerator<Conversation> {
        yield conversation(0);
        yield conversation(1);
        asked = true;
        await new Promise(() => undefined);
      }
      const run = async (): Promise<void> => {
        for await (const { score } of scoreStream(new FakeStages(), silent(), {})) {
          if (score === undefined) continue;
          await vi.waitFor(() => {
            expect(asked).toBe(true);
          });
          if (leave === "throw") throw new Error("left");
          break;
        }
      };
      if (leave === "throw") await expect(run()).rejects.toThrow("left");
      else await run();
    }
  });

  it("asks a source that it leaves to close, and minds no failure of it", async () => {
    let isAsked = false;
    let failLate: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      failLate = () => {
        reject(new Error("late"));
      };
    });
    const source: AsyncIterable<Conversation> = {
      [Symbol.asyncIterator]: () => {
        let next = 0;
        return {
          next: () => (next < 2 ? Promise.resolve({ value: conversation(next++), done: false }) : late),
          return: () => {
            isAsked = true;
            return Promise.reject(new Error("cannot close"));
          },
        };
      },
    };
    for await (const { score } of scoreStream(new FakeStages(), source, {})) {
      await setTimeout(5);
      if (score !== undefined) break;
    }
    await expect.poll(() => isAsked).toBe(true);
    // Nobody is left to take it: an unhandled rejection would end the run.
    failLate();
    await setTimeout(5);
  });

  it("ends with a failure that is not one conversation's fault, after the results before it", async () => {
    const stages = new FakeStages();
    stages.onCompute = (texts) => {
      if (texts.some((text) => text.trim() === "20")) throw new DecodeError("DECODE_FAILED", "GPU gone");
    };
    const rewards: number[] = [];
    const run = async (): Promise<void> => {
      for await (const { score } of scoreStream(stages, conversations(1000), {}))
        rewards.push(score?.reward ?? NaN);
    };
    await expect(run()).rejects.toThrow("GPU gone");
    expect(rewards.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
