import type { Backbone } from "../backbone/backbone.js";
import type { Caller } from "../backbone/pending-call.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { aggregateSteps, type Aggregate } from "../conversation/aggregate.js";
import { RewardError } from "../../errors.js";
import type { Head, HeadInput, HeadResult } from "../head/head.js";
import type {
  EmitField,
  Score,
  ScoreOptions,
  SettledScore,
  StepReward,
  TextOptions,
  TokenReward,
} from "../score.js";
import { checkScoreOptions } from "../score-options.js";
import type { PreparedPrompt, PromptBuilder } from "../template/prompt-builder.js";
import { abortable } from "../../util/abortable.js";
import { Gather } from "../../util/gather.js";
import { answerOutcomes, type AnswerView } from "./answer-outcomes.js";
import { finishSettled, goodPrompts } from "./finish-settled.js";
import { stateRequest, type AnswerOutcome, type PromptStates, type StepStates } from "./prompt-states.js";
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

/** The part of a backbone that scoring needs. */
type StatesBackbone = Pick<Backbone, "info" | "hiddenStates">;

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
  readonly #backbone: StatesBackbone;
  readonly #head: Head;
  readonly #applyHead: Gather<HeadInput, HeadResult>;
  readonly #aggregate: Aggregate;
  readonly #readsAnswer: boolean;
  readonly #memory = new StepMemory();

  /** @param aggregate of a model that rewards steps; @param readsAnswer of a head that reads all tokens of an answer */
  constructor(
    prompts: PromptBuilder,
    backbone: StatesBackbone,
    head: Head,
    aggregate: Aggregate = "min",
    readsAnswer = false,
  ) {
    this.#prompts = prompts;
    this.#prepare = new Gather((conversations) => prompts.build(conversations), JOINED);
    this.#completeTexts = new Gather((texts) => prompts.buildTexts(texts, true), JOINED);
    this.#rawTexts = new Gather((texts) => prompts.buildTexts(texts, false), JOINED);
    this.#backbone = backbone;
    this.#head = head;
    this.#applyHead = new Gather((inputs) => head.apply(inputs), JOINED);
    this.#aggregate = aggregate;
    this.#readsAnswer = readsAnswer;
  }

  /** Renders and tokenizes. A conversation that cannot be scored gives its error in place. */
  prepare(
    conversations: readonly ConversationInput[],
    emit: readonly EmitField[] = [],
  ): Promise<(PreparedPrompt | RewardError)[]> {
    if (this.#viewOf(emit) === "ends") return this.#prompts.build(conversations, true);
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
    const view = this.#viewOf(options.emit);
    if (view !== undefined) {
      const scoring = { backbone: this.#backbone, head: this.#head };
      return abortable(answerOutcomes(prompts, view, scoring, options), options.signal);
    }
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
    const inputs = states.flatMap((state) => {
      if ("outcome" in state) return [];
      return "steps" in state ? state.steps.flatMap(({ input }) => input ?? []) : state;
    });
    const results = (await this.#applyHead.run(inputs)).values();
    return prompts.flatMap((prompt, index) => {
      const state = states[index];
      if (state === undefined) return [];
      const { ofTokens, ...result }: HeadResult & Pick<Score, "steps" | "hidden"> =
        "steps" in state ? this.#joinSteps(state, results, emit) : answerResult(state, results, emit);
      return {
        ...result,
        tokenCount: prompt.tokens.length,
        warnings: prompt.warnings,
        ...(prompt.truncatedTokens > 0 ? { truncatedTokens: prompt.truncatedTokens } : {}),
        ...(emit.includes("prompt") ? { prompt: prompt.text } : {}),
        ...(emit.includes("ids") ? { inputIds: [...prompt.tokens] } : {}),
        ...(emit.includes("tokens") ? { tokenRewards: tokenRewards(prompt, ofTokens) } : {}),
      };
    });
  }

  /** How answers are looked at whose tokens all count; undefined where only the scored position does. */
  #viewOf(emit: readonly EmitField[] = []): AnswerView | undefined {
    if (this.#readsAnswer) return "reads";
    return emit.includes("tokens") ? "ends" : undefined;
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

/** The head's own result where it was applied already, else the next of these. @throws what the head refused */
function answerResult(
  state: HeadInput | AnswerOutcome,
  results: Iterator<HeadResult, undefined>,
  emit: readonly EmitField[],
): HeadResult & Pick<Score, "hidden"> {
  const result = "outcome" in state ? state.outcome : (results.next().value ?? { reward: NaN });
  if (result instanceof RewardError) throw result;
  return { ...result, ...(emit.includes("hidden") ? { hidden: [...state.scored] } : {}) };
}

function tokenRewards(
  { tokens, answer = 0 }: PreparedPrompt,
  rewards: readonly number[] = [],
): TokenReward[] {
  return rewards.map((reward, index) => {
    const position = answer + index;
    return { position, token: tokens[position] ?? -1, reward };
  });
}
