import type { Backbone } from "../backbone/backbone.js";
import type { Caller } from "../backbone/pending-call.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { aggregateSteps, type Aggregate } from "../conversation/steps-rule.js";
import type { RewardError } from "../../errors.js";
import type { Head, HeadInput, HeadResult } from "../head/head.js";
import type { EmitField, Score, ScoreOptions, SettledScore, StepReward, TextOptions } from "../score.js";
import { checkScoreOptions } from "../score-options.js";
import type { PreparedPrompt, PromptBuilder } from "../template/prompt-builder.js";
import { abortable } from "../../util/abortable.js";
import { Gather } from "../../util/gather.js";
import { finishSettled, goodPrompts } from "./finish-settled.js";
import { stateRequest, type PromptStates, type StepStates } from "./prompt-states.js";
import { StepMemory } from "./step-memory.js";
import { weigh } from "./weigh.js";

/** Conversations of several calls that are tokenized, or go through the head, together. */
const JOINED = 64;
/** Characters from which on others are not kept waiting for a call's texts: windows of streams, large documents. */
const LARGE = 1 << 16;

/** Options of a stage; a stream is one caller, whether it has a name or not. */
export interface StageOptions extends Omit<ScoreOptions, "caller"> {
  caller?: Caller | undefined;
}

/**
 * The three stages every scoring call goes through, for a batch: conversations to tokens, tokens to hidden states, hidden
 * states to rewards. Each is separate so that a stream can overlap them.
 */
export class ScorePipeline {
  readonly #prompts: PromptBuilder;
  readonly #prepare: Gather<ConversationInput, PreparedPrompt | RewardError>;
  /** Texts that the tokenizer adds its special tokens to, and texts that have theirs. */
  readonly #completeTexts: Gather<string, PreparedPrompt | RewardError>;
  readonly #rawTexts: Gather<string, PreparedPrompt | RewardError>;
  readonly #backbone: Backbone;
  readonly #applyHead: Gather<HeadInput, HeadResult>;
  readonly #aggregate: Aggregate;
  readonly #memory = new StepMemory();

  /** @param aggregate of a model that rewards steps */
  constructor(prompts: PromptBuilder, backbone: Backbone, head: Head, aggregate: Aggregate = "min") {
    this.#prompts = prompts;
    this.#prepare = new Gather((conversations) => prompts.build(conversations), JOINED);
    this.#completeTexts = new Gather((texts) => prompts.buildTexts(texts, true), JOINED);
    this.#rawTexts = new Gather((texts) => prompts.buildTexts(texts, false), JOINED);
    this.#backbone = backbone;
    this.#applyHead = new Gather((inputs) => head.apply(inputs), JOINED);
    this.#aggregate = aggregate;
  }

  /** Renders and tokenizes. A conversation that cannot be scored gives its error in place. */
  prepare(conversations: readonly ConversationInput[]): Promise<(PreparedPrompt | RewardError)[]> {
    return weigh(conversations) < LARGE
      ? this.#prepare.run(conversations)
      : this.#prompts.build(conversations);
  }

  /** All three stages for texts that are prompts already. */
  async scoreTexts(
    texts: readonly string[],
    { addSpecialTokens, ...options }: TextOptions,
  ): Promise<SettledScore[]> {
    checkScoreOptions(options).signal?.throwIfAborted();
    const prompts = await this.#prepareTexts(texts, addSpecialTokens);
    const states = await this.compute(goodPrompts(prompts), options);
    return finishSettled(this, prompts, states, []);
  }

  #prepareTexts(
    texts: readonly string[],
    addSpecialTokens: boolean,
  ): Promise<(PreparedPrompt | RewardError)[]> {
    if (weigh(texts) >= LARGE) return this.#prompts.buildTexts(texts, addSpecialTokens);
    return (addSpecialTokens ? this.#completeTexts : this.#rawTexts).run(texts);
  }

  /** Runs the backbone: the states of each prompt. Steps that are remembered are not computed, unless their states are asked for. */
  async compute(prompts: readonly PreparedPrompt[], options: StageOptions = {}): Promise<PromptStates[]> {
    const usesMemory = options.emit?.includes("hidden") !== true;
    const requests = prompts.map((prompt) => stateRequest(prompt, this.#memory, usesMemory));
    const hidden = requests.flatMap((request) => request.hidden ?? []);
    const states =
      hidden.length === 0
        ? []
        : await abortable(this.#backbone.hiddenStates(hidden, options), options.signal);
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
    const results = (await this.#applyHead.run(inputs)).values();
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
