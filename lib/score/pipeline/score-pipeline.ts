import type { Backbone } from "../backbone/backbone.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { aggregateSteps, type Aggregate } from "../conversation/steps-rule.js";
import type { RewardError } from "../../errors.js";
import type { Head, HeadResult } from "../head/head.js";
import type { EmitField, Score, ScoreOptions, SettledScore, StepReward, TextOptions } from "../score.js";
import type { PreparedPrompt, PromptBuilder } from "../template/prompt-builder.js";
import { finishSettled, goodPrompts } from "./finish-settled.js";
import { stateRequest, type PromptStates, type StepStates } from "./prompt-states.js";
import { StepMemory } from "./step-memory.js";

/**
 * The three stages every scoring call goes through, for a batch: conversations to tokens, tokens to hidden states, hidden
 * states to rewards. Each is separate so that a stream can overlap them.
 */
export class ScorePipeline {
  readonly #prompts: PromptBuilder;
  readonly #backbone: Backbone;
  readonly #head: Head;
  readonly #aggregate: Aggregate;
  readonly #memory = new StepMemory();

  /** @param aggregate of a model that rewards steps */
  constructor(prompts: PromptBuilder, backbone: Backbone, head: Head, aggregate: Aggregate = "min") {
    this.#prompts = prompts;
    this.#backbone = backbone;
    this.#head = head;
    this.#aggregate = aggregate;
  }

  /** Renders and tokenizes. A conversation that cannot be scored gives its error in place. */
  prepare(conversations: readonly ConversationInput[]): Promise<(PreparedPrompt | RewardError)[]> {
    return this.#prompts.build(conversations);
  }

  /** All three stages for texts that are prompts already. */
  async scoreTexts(
    texts: readonly string[],
    { addSpecialTokens, signal }: TextOptions,
  ): Promise<SettledScore[]> {
    signal?.throwIfAborted();
    const prompts = await this.#prompts.buildTexts(texts, addSpecialTokens);
    const states = await this.compute(goodPrompts(prompts), { signal });
    return finishSettled(this, prompts, states, []);
  }

  /** Runs the backbone: the states of each prompt. Steps that are remembered are not computed, unless their states are asked for. */
  async compute(prompts: readonly PreparedPrompt[], options: ScoreOptions = {}): Promise<PromptStates[]> {
    const usesMemory = options.emit?.includes("hidden") !== true;
    const requests = prompts.map((prompt) => stateRequest(prompt, this.#memory, usesMemory));
    const hidden = requests.flatMap((request) => request.hidden ?? []);
    const states = hidden.length === 0 ? [] : await this.#backbone.hiddenStates(hidden, options);
    let next = 0;
    return requests.map((request) =>
      request.collect(request.hidden === undefined ? [] : (states[next++] ?? [])),
    );
  }

  /** Applies the head. */
  async finish(
    prompts: readonly PreparedPrompt[],
    states: readonly PromptStates[],
    emit: readonly EmitField[] = [],
  ): Promise<Score[]> {
    const inputs = states.flatMap((state) =>
      "steps" in state ? state.steps.flatMap(({ input }) => input ?? []) : state,
    );
    const results = (await this.#head.apply(inputs)).values();
    return prompts.flatMap((prompt, index) => {
      const state = states[index];
      if (state === undefined) return [];
      const result =
        "steps" in state ? this.#joinSteps(state, results, emit) : answerResult(results, state.scored, emit);
      return {
        ...result,
        tokenCount: prompt.tokens.length,
        warnings: prompt.warnings,
        ...(prompt.truncatedTokens > 0 ? { truncatedTokens: prompt.truncatedTokens } : {}),
        ...(emit.includes("prompt") ? { prompt: prompt.text } : {}),
        ...(emit.includes("ids") ? { inputIds: [...prompt.tokens] } : {}),
      };
    });
  }

  #joinSteps(
    { steps }: StepStates,
    results: Iterator<HeadResult, undefined>,
    emit: readonly EmitField[],
  ): { reward: number; steps: StepReward[] } {
    const rewards = steps.map(({ key, reward: known, input }): StepReward => {
      const reward = known ?? results.next().value?.reward ?? NaN;
      if (known === undefined) this.#memory.set(key, reward);
      return {
        reward,
        ...(emit.includes("hidden") && input !== undefined ? { hidden: [...input.scored] } : {}),
      };
    });
    const numbers = rewards.map(({ reward }) => reward);
    return { reward: aggregateSteps(numbers, this.#aggregate), steps: rewards };
  }
}

function answerResult(
  results: Iterator<HeadResult, undefined>,
  scored: Float32Array,
  emit: readonly EmitField[],
): HeadResult & Pick<Score, "hidden"> {
  return {
    ...(results.next().value ?? { reward: NaN }),
    ...(emit.includes("hidden") ? { hidden: [...scored] } : {}),
  };
}
