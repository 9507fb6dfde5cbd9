import type { ConversationInput } from "../../../score/conversation/conversation.js";
import type {
  Comparison,
  ModelDescription,
  RankedScore,
  Score,
  ScoreOptions,
  SettledScore,
  TextOptions,
} from "../../../score/score.js";
import type { Exchange } from "./exchange.js";
import type { ItemLimits } from "./item-limits.js";
import type { ServableScorer } from "./route.js";

type Conversations = Iterable<ConversationInput> | AsyncIterable<ConversationInput>;

/**
 * A scorer for one request: it holds the request to the limits of items, counts what it scores, and hands everything on.
 */
export class WatchedScorer implements ServableScorer {
  /** Absent where the scorer takes no rendered prompts. */
  readonly scoreTexts?: NonNullable<ServableScorer["scoreTexts"]>;
  readonly #scorer: ServableScorer;
  readonly #exchange: Exchange;
  readonly #limits: ItemLimits;

  constructor(scorer: ServableScorer, exchange: Exchange, limits: ItemLimits) {
    this.#scorer = scorer;
    this.#exchange = exchange;
    this.#limits = limits;
    const scoreTexts = scorer.scoreTexts?.bind(scorer);
    if (scoreTexts === undefined) return;
    this.scoreTexts = async (texts: readonly string[], options: TextOptions) => {
      limits.checkAll(texts);
      const settled = await scoreTexts(texts, options);
      for (const { score } of settled) this.#count(score);
      return settled;
    };
  }

  get description(): ModelDescription {
    return this.#scorer.description;
  }

  async score(messages: ConversationInput, options?: ScoreOptions): Promise<Score> {
    this.#limits.checkAll([messages]);
    const score = await this.#scorer.score(messages, options);
    this.#count(score);
    return score;
  }

  async *scoreMany(conversations: Conversations, options?: ScoreOptions): AsyncIterable<Score> {
    for await (const { score, error } of this.scoreManySettled(conversations, options)) {
      if (error !== undefined) throw error;
      yield score;
    }
  }

  async *scoreManySettled(conversations: Conversations, options?: ScoreOptions): AsyncIterable<SettledScore> {
    if (Array.isArray(conversations)) this.#limits.checkAll(conversations);
    for await (const settled of this.#scorer.scoreManySettled(conversations, options)) {
      this.#count(settled.score);
      yield settled;
    }
  }

  async rank(
    prompt: string | ConversationInput,
    responses: readonly (string | readonly string[])[],
    options?: ScoreOptions,
  ): Promise<RankedScore[]> {
    this.#limits.checkAll(responses, prompt);
    const ranked = await this.#scorer.rank(prompt, responses, options);
    for (const score of ranked) this.#count(score);
    return ranked;
  }

  async compare(
    prompt: string | ConversationInput,
    a: string,
    b: string,
    options?: ScoreOptions,
  ): Promise<Comparison> {
    this.#limits.checkAll([[a, b]], prompt);
    const comparison = await this.#scorer.compare(prompt, a, b, options);
    this.#count(comparison.a);
    this.#count(comparison.b);
    return comparison;
  }

  /** Is its owner's to do. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  #count(score: Score | undefined): void {
    this.#exchange.items++;
    this.#exchange.tokens += score?.tokenCount ?? 0;
  }
}
