import { InvalidArgumentError } from "../errors.js";
import { withSteps, type ConversationInput } from "./conversation/conversation.js";
import type {
  Comparison,
  ModelDescription,
  RankedScore,
  Score,
  ScoreOptions,
  Scorer,
  SettledScore,
  StepsScore,
  TextOptions,
  TextScorer,
} from "./score.js";
import { streamWithinTime, withinTime } from "./time-limit.js";

/** What each call with one answer is about. */
export interface ScoreCalls {
  score: { messages: ConversationInput };
  rank: { prompt: string | ConversationInput; responses: readonly (string | readonly string[])[] };
  compare: { prompt: string | ConversationInput; a: string; b: string };
}

/** What each call is answered with. */
interface ScoreAnswers {
  score: Score;
  rank: RankedScore[];
  compare: Comparison;
}

export type ScoreMethod = keyof ScoreCalls;
export type ScoreAnswer<Method extends ScoreMethod> = Promise<ScoreAnswers[Method]>;

/** Whatever answers calls: a pipeline in this process, another scorer. */
export type Answerer = {
  [Method in ScoreMethod]: (call: ScoreCalls[Method], options: ScoreOptions) => ScoreAnswer<Method>;
};

/** Conversations as a caller gives them. */
export type ConversationSource = Iterable<ConversationInput> | AsyncIterable<ConversationInput>;

/**
 * What every scorer shares, wherever its model runs: the methods of `Scorer`, checks of their arguments, and the end. It needs
 * nothing of Node, so a page can bundle it.
 */
export abstract class ScorerFront implements Scorer, TextScorer {
  #disposal: Promise<void> | undefined;

  abstract readonly description: ModelDescription;

  /** @internal Answers one call. */
  protected abstract answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: ScoreOptions,
  ): ScoreAnswer<Method>;

  /** @internal Scores a stream, in order. */
  protected abstract stream(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined>;

  /** @internal Scores texts that are prompts already. */
  protected abstract answerTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]>;

  /** @internal Ends everything; called once. */
  protected abstract free(): Promise<void>;

  /** @internal Whether a method may be called now. @throws DisposedError; InvalidArgumentError the model is not made for it */
  protected abstract admit(method: ScoreMethod | "scoreMany" | "scoreSteps" | "scoreTexts"): void;

  /** @internal */
  protected get isDisposed(): boolean {
    return this.#disposal !== undefined;
  }

  async score(messages: ConversationInput, options: ScoreOptions = {}): Promise<Score> {
    this.admit("score");
    return withinTime(options, (limited) => this.answer("score", { messages }, limited));
  }

  /**
   * Scores an answer that comes in steps, with a process reward model. Steps that were scored behind the same ones before are
   * remembered: one more costs its own tokens only.
   * @throws as `score`; ConversationError `CONVERSATION_INVALID` also for a model that rewards whole answers
   */
  async scoreSteps(
    prompt: string | ConversationInput,
    steps: readonly string[],
    options: ScoreOptions = {},
  ): Promise<StepsScore> {
    this.admit("scoreSteps");
    const messages = withSteps(prompt, steps);
    const score = await withinTime(options, (limited) => this.answer("score", { messages }, limited));
    return { ...score, steps: score.steps ?? [] };
  }

  async rank(
    prompt: string | ConversationInput,
    responses: readonly (string | readonly string[])[],
    options: ScoreOptions = {},
  ): Promise<RankedScore[]> {
    this.admit("rank");
    checkResponses(responses);
    return withinTime(options, (limited) => this.answer("rank", { prompt, responses }, limited));
  }

  async compare(
    prompt: string | ConversationInput,
    a: string,
    b: string,
    options: ScoreOptions = {},
  ): Promise<Comparison> {
    this.admit("compare");
    return withinTime(options, (limited) => this.answer("compare", { prompt, a, b }, limited));
  }

  async *scoreMany(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options: ScoreOptions = {},
  ): AsyncGenerator<Score, void, undefined> {
    for await (const { score, error } of this.scoreManySettled(conversations, options)) {
      if (error !== undefined) throw error;
      yield score;
    }
  }

  scoreManySettled(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options: ScoreOptions = {},
  ): AsyncGenerator<SettledScore, void, undefined> {
    this.admit("scoreMany");
    checkStream(conversations);
    return streamWithinTime(options, (limited) => this.stream(conversations, limited));
  }

  /**
   * Scores texts that are prompts already, in order: no template is applied. One that cannot be scored gives its error in place.
   * @param options.addSpecialTokens whether the tokenizer adds its own special tokens; without, the texts have their BOS
   */
  async scoreTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]> {
    this.admit("scoreTexts");
    return withinTime(options, (limited) => this.answerTexts(texts, limited));
  }

  /** Refuses new work and frees everything. May be called twice. */
  dispose(): Promise<void> {
    this.#disposal ??= this.free();
    return this.#disposal;
  }

  /** For `await using`: {@link dispose}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** Has another scorer answer. */
export function answeredBy(scorer: Scorer): Answerer {
  return {
    score: ({ messages }, options) => scorer.score(messages, options),
    rank: ({ prompt, responses }, options) => scorer.rank(prompt, responses, options),
    compare: ({ prompt, a, b }, options) => scorer.compare(prompt, a, b, options),
  };
}

/** @throws InvalidArgumentError for anything but an array; its texts are checked as messages */
function checkResponses(value: unknown): void {
  if (Array.isArray(value)) return;
  throw new InvalidArgumentError(
    `Expected an array of texts, or of lists of steps, for responses but received ${describe(value)}.`,
  );
}

/** @throws InvalidArgumentError for what cannot be looped over, and for a text, whose letters are no conversations */
function checkStream(value: unknown): void {
  if (typeof value === "object" && value && (Symbol.asyncIterator in value || Symbol.iterator in value))
    return;
  throw new InvalidArgumentError(`Expected an iterable of conversations but received ${describe(value)}.`);
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value;
}
