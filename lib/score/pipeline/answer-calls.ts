import { ModelLoadError, RewardError } from "../../errors.js";
import { requireValue } from "../../util/collections.js";
import { promptRequest, withAnswer, type ConversationInput } from "../conversation/conversation.js";
import type { HeadDefinition, HeadSummary } from "../head/head.js";
import type { Comparison, Score, ScoreOptions } from "../score.js";
import { checkScoreOptions } from "../score-options.js";
import type { Answerer, ScoreCalls } from "../scorer-front.js";
import { pairConversations, type PairPieces } from "../template/pair-prompt.js";
import { comparePreferences, compareScores, rankScores } from "./compare.js";
import type { ScorePipeline } from "./score-pipeline.js";

/** What a model's comparisons depend on, beside its pipeline. */
export interface ComparisonRules {
  task: HeadDefinition["task"];
  orders: HeadSummary["orders"];
  /** Pieces of the prompt of a model that only compares. */
  pair: PairPieces | null;
  /** Of the Bradley-Terry probability, where a calibration fitted one. */
  temperature: number | undefined;
}

/** Answers calls with one answer through a pipeline. Conversations of one call are computed together. */
export class PipelineAnswerer implements Answerer {
  readonly #pipeline: ScorePipeline;
  readonly #rules: ComparisonRules;

  constructor(pipeline: ScorePipeline, rules: ComparisonRules) {
    this.#pipeline = pipeline;
    this.#rules = rules;
  }

  async score({ messages }: ScoreCalls["score"], options: ScoreOptions): Promise<Score> {
    return requireValue(await this.#scoreAll([messages], options), 0);
  }

  async rank({ prompt, responses }: ScoreCalls["rank"], options: ScoreOptions): ReturnType<Answerer["rank"]> {
    const conversations = responses.map((response) => withAnswer(prompt, response));
    return rankScores(await this.#scoreAll(conversations, options));
  }

  async compare(call: ScoreCalls["compare"], options: ScoreOptions): Promise<Comparison> {
    if (this.#rules.task === "compare") return this.#comparePair(call, options);
    const { prompt, a, b } = call;
    const scores = await this.#scoreAll([withAnswer(prompt, a), withAnswer(prompt, b)], options);
    return compareScores(requireValue(scores, 0), requireValue(scores, 1), this.#rules.temperature);
  }

  async #comparePair({ prompt, a, b }: ScoreCalls["compare"], options: ScoreOptions): Promise<Comparison> {
    const { pair, orders } = this.#rules;
    if (pair === null) {
      throw new ModelLoadError(
        "MODEL_INVALID",
        "reward.json lacks the pair prompt: convert the model again.",
      );
    }
    const [aFirst, bFirst] = pairConversations(pair, promptRequest(prompt), a, b);
    const scores = await this.#scoreAll(orders === 1 ? [aFirst] : [aFirst, bFirst], options);
    return comparePreferences(requireValue(scores, 0), scores[1]);
  }

  /** Scores a few conversations as one batch; the first bad one fails the call before anything is computed. */
  async #scoreAll(conversations: readonly ConversationInput[], options: ScoreOptions): Promise<Score[]> {
    checkScoreOptions(options).signal?.throwIfAborted();
    const prompts = (await this.#pipeline.prepare(conversations, options.emit)).map((prompt) => {
      if (prompt instanceof RewardError) throw prompt;
      return prompt;
    });
    const states = await this.#pipeline.compute(prompts, options);
    return this.#pipeline.finish(prompts, states, options.emit);
  }
}
