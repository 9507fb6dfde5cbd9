import { expect, it } from "vitest";
import type { ConversationInput } from "../../../lib/score/conversation/conversation.js";
import type { Score } from "../../../lib/score/score.js";
import { EvenSample, selfDifference } from "../../../lib/eval/fidelity/self-difference.js";
import { FakeScorer } from "../fake-scorer.js";

it("samples a stream of any length evenly", () => {
  const sample = new EvenSample<number>(4);
  for (let item = 0; item < 1000; item++) sample.add(item);
  const { items } = sample;
  expect(items).toHaveLength(4);
  const gaps = items.map((item, index) => item - (items[index - 1] ?? 0)).slice(1);
  expect(items[0]).toBe(0);
  expect(Math.min(...gaps)).toBeGreaterThan(100);
  const few = new EvenSample<number>(4);
  for (let item = 0; item < 3; item++) few.add(item);
  expect(few.items).toEqual([0, 1, 2]);
});

/** Alone a reward is off by 0.5, in any other order by up to 3. */
class MoodyScorer extends FakeScorer {
  override async score(messages: ConversationInput): Promise<Score> {
    const score = await super.score(messages);
    return { ...score, reward: score.reward + 0.5 };
  }

  override async *scoreMany(conversations: Iterable<ConversationInput>): AsyncIterable<Score> {
    let place = 0;
    for (const messages of conversations) {
      const score = await super.score(messages);
      yield { ...score, reward: score.reward + place++ };
    }
  }
}

it("tells what company does to rewards", async () => {
  const conversations = ["a", "b", "c", "d"].map((content) => [
    { role: "user", content: "Say a letter." },
    { role: "assistant", content },
  ]);
  const exact = new FakeScorer();
  const sample = [];
  for (const conversation of conversations)
    sample.push({ conversation, reward: (await exact.score(conversation)).reward });
  expect(await selfDifference(exact, sample)).toEqual({ conversations: 4, alone: 0, shuffled: 0 });
  expect(await selfDifference(new MoodyScorer(), sample)).toEqual({
    conversations: 4,
    alone: 0.5,
    shuffled: 3,
  });
});
