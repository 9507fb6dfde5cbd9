import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { Scorer } from "../../score/score.js";
import { seededDraw, shuffled } from "../stats/random.js";

/** What becomes of a reward when its conversation is scored in other company: 0 where that changes nothing. */
export interface SelfDifference {
  /** Conversations that were scored again. */
  conversations: number;
  /** Largest |difference| of rewards scored one by one. */
  alone: number;
  /** Largest |difference| of rewards scored together, in another order. */
  shuffled: number;
}

/** A conversation and the reward that it got among all others. */
export interface ScoredConversation {
  conversation: ConversationInput;
  reward: number;
}

/** So many conversations of a stream, evenly spread over it, however long it turns out to be. */
export class EvenSample<T> {
  readonly #most: number;
  #kept: T[] = [];
  #stride = 1;
  #seen = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    if (this.#seen++ % this.#stride !== 0) return;
    this.#kept.push(item);
    if (this.#kept.length < 2 * this.#most) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  get items(): readonly T[] {
    const step = Math.max(1, this.#kept.length / this.#most);
    const count = Math.min(this.#kept.length, this.#most);
    return Array.from({ length: count }, (_, index) => this.#kept[Math.floor(index * step)] as T);
  }
}

/** Scores conversations again, each alone and all in another order. */
export async function selfDifference(
  scorer: Scorer,
  sample: readonly ScoredConversation[],
  signal?: AbortSignal,
): Promise<SelfDifference> {
  if (sample.length === 0) return { conversations: 0, alone: 0, shuffled: 0 };
  let alone = 0;
  for (const { conversation, reward } of sample) {
    const again = await scorer.score(conversation, { signal });
    alone = Math.max(alone, Math.abs(again.reward - reward));
  }
  const order = shuffled(sample, seededDraw(1));
  const conversations = order.map(({ conversation }) => conversation);
  let most = 0;
  let place = 0;
  for await (const { reward } of scorer.scoreMany(conversations, { signal }))
    most = Math.max(most, Math.abs(reward - (order[place++]?.reward ?? Number.NaN)));
  return { conversations: sample.length, alone, shuffled: most };
}
