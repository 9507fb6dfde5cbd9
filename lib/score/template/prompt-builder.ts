import { InvalidArgumentError, RewardError } from "../../errors.js";
import { appendAll } from "../../util/collections.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { AddedTokens, tokenizePlain } from "./added-tokens.js";
import { answerStart } from "./answer-start.js";
import { Drafter, type Draft } from "./draft.js";
import { fewestTokens } from "./fewest-tokens.js";
import { gatingPosition, scoredPosition } from "./scored-position.js";
import type { PromptOptions, Tokenizer } from "./prompt-options.js";
import type { PromptSpec } from "./prompt-spec.js";
import { markedPositions, piecePositions } from "./step-positions.js";
import { TimeSlice } from "../../util/event-loop.js";
import { concatenate, joinAndTruncate, leadingRun, tooLong, type PromptTokens } from "./truncate.js";

/** A conversation, ready for the backbone. */
export interface PreparedPrompt {
  /** The rendered template. */
  text: string;
  tokens: Int32Array;
  /** Index into `tokens` of the scored position. */
  scored: number;
  /** Index into `tokens` of the gating position, for heads that have one. */
  gating?: number;
  /** Index into `tokens` of the answer's first token, where it was asked for; the answer goes on to the end. */
  answer?: number;
  /** Of an answer in steps: index into `tokens` of each one's scored position; `scored` is the last of them. */
  steps?: readonly number[];
  warnings: string[];
  /** Tokens cut off to fit the context. */
  truncatedTokens: number;
}

/** UTF-16 units given to one native call: its strings are copied on the event loop's thread. */
const UNITS_PER_CALL = 1 << 18;

/** Turns conversations into tokens and scoring positions, by the rules of a model folder's `prompt` section. */
export class PromptBuilder {
  readonly #spec: PromptSpec;
  readonly #options: PromptOptions;
  readonly #tokenizer: Tokenizer;
  readonly #longestToken: number;
  readonly #drafter: Drafter;
  readonly #gatingPattern: Int32Array | undefined;
  readonly #stepMark: Int32Array | undefined;

  private constructor(
    spec: PromptSpec,
    options: PromptOptions,
    tokenizer: Tokenizer,
    drafter: Drafter,
    gatingPattern: Int32Array | undefined,
    stepMark: Int32Array | undefined,
  ) {
    this.#spec = spec;
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#longestToken = tokenizer.longestToken();
    this.#drafter = drafter;
    this.#gatingPattern = gatingPattern;
    this.#stepMark = stepMark;
  }

  /** @throws TemplateError `TEMPLATE_SYNTAX`; InvalidArgumentError for a context length that is not a positive integer */
  static async create(
    spec: PromptSpec,
    tokenizer: Tokenizer,
    options: PromptOptions,
  ): Promise<PromptBuilder> {
    if (!Number.isInteger(options.contextLength) || options.contextLength < 1) {
      throw new InvalidArgumentError(
        `Expected a positive integer for contextLength but received ${options.contextLength}.`,
      );
    }
    const added = new AddedTokens(tokenizer);
    const drafter = new Drafter(spec, options, added);
    const patternOf = async (text: string | null | undefined): Promise<Int32Array | undefined> =>
      text === null || text === undefined ? undefined : (await added.tokenize([text], spec, tokenizer))[0];
    const gatingPattern = await patternOf(spec.gatingText);
    const stepMark = await patternOf(spec.steps?.layout === "pieces" ? null : spec.steps?.mark);
    return new PromptBuilder(spec, options, tokenizer, drafter, gatingPattern, stepMark);
  }

  /**
   * Prepares conversations, many in one native call. A conversation that cannot be prepared gives its error in place:
   * ConversationError, TemplateError.
   * @param findsAnswer whether it must be known where the answers begin; by default as the model's head needs it
   */
  build(
    conversations: readonly ConversationInput[],
    findsAnswer?: boolean,
  ): Promise<(PreparedPrompt | RewardError)[]> {
    return this.#buildAll(conversations, (conversation) =>
      this.#drafter.ofConversation(conversation, findsAnswer),
    );
  }

  /**
   * Prepares texts that are prompts already, as remote clients send them: no template, and EOS is not appended.
   * @param addSpecialTokens whether the tokenizer adds its own special tokens; without, the text has its BOS itself
   */
  buildTexts(texts: readonly string[], addSpecialTokens: boolean): Promise<(PreparedPrompt | RewardError)[]> {
    return this.#buildAll(texts, (text) => this.#drafter.ofText(text, addSpecialTokens));
  }

  async #buildAll<Input>(
    inputs: readonly Input[],
    makeDraft: (input: Input) => Draft,
  ): Promise<(PreparedPrompt | RewardError)[]> {
    const slice = new TimeSlice();
    const drafts: (Draft | RewardError)[] = [];
    for (const input of inputs) {
      drafts.push(settle(() => this.#refuseTooLong(makeDraft(input))));
      await slice.pause();
    }
    const pieces = drafts
      .flatMap((draft) => (draft instanceof RewardError ? [] : [...draft.pieces, ...(draft.before ?? [])]))
      .filter((piece) => typeof piece !== "number");
    const tokens = (await this.#tokenize(pieces)).values();
    const prompts: (PreparedPrompt | RewardError)[] = [];
    for (const draft of drafts) {
      prompts.push(draft instanceof RewardError ? draft : this.#finish(draft, tokens));
      await slice.pause();
    }
    return prompts;
  }

  /** A long text that cannot fit is refused before it is tokenized, which takes seconds for megabytes. Others are counted exactly. */
  #refuseTooLong(draft: Draft): Draft {
    const { truncate, contextLength } = this.#options;
    if (truncate !== "error" || draft.text.length <= UNITS_PER_CALL) return draft;
    // The BOS option may take its token away.
    const fewest = fewestTokens(draft.pieces, this.#longestToken, this.#spec.bosToken);
    if (fewest > contextLength) throw tooLong(fewest, contextLength, "at least ");
    return draft;
  }

  async #tokenize(pieces: readonly string[]): Promise<Int32Array[]> {
    const results: Int32Array[] = [];
    let start = 0;
    while (start < pieces.length) {
      let end = start;
      let units = 0;
      while (end < pieces.length && (end === start || units + (pieces[end]?.length ?? 0) <= UNITS_PER_CALL)) {
        units += pieces[end++]?.length ?? 0;
      }
      appendAll(results, await tokenizePlain(this.#tokenizer, pieces.slice(start, end)));
      start = end;
    }
    return results;
  }

  /** @param tokenized the token arrays of all drafts' text pieces, in order; takes this draft's. */
  #finish(draft: Draft, tokenized: Iterator<Int32Array, undefined>): PreparedPrompt | RewardError {
    const take = (pieces: Draft["pieces"]): Int32Array[] =>
      pieces.map((piece) =>
        typeof piece === "number" ? Int32Array.of(piece) : (tokenized.next().value ?? new Int32Array()),
      );
    const parts = take(draft.pieces);
    const before = draft.before && concatenate(take(draft.before));
    return settle(() => this.#locate(draft, parts, before));
  }

  /** Applies the BOS option to what leads the prompt. */
  #applyBosRule({ prefix, suffix }: Draft["added"], body: Int32Array): PromptTokens {
    const { bosToken, mergesBos } = this.#spec;
    const rule = this.#options.bos === "reference" && mergesBos === true ? "once" : this.#options.bos;
    if (rule === "reference" || bosToken === null) return { prefix, body, suffix };
    const ofPrefix = leadingRun(prefix, bosToken);
    const ofBody = ofPrefix === prefix.length ? leadingRun(body, bosToken) : 0;
    const kept = rule === "once" && ofPrefix + ofBody > 0 ? [bosToken] : [];
    return { prefix: [...kept, ...prefix.slice(ofPrefix)], body: body.subarray(ofBody), suffix };
  }

  #locate(draft: Draft, pieces: readonly Int32Array[], before: Int32Array | undefined): PreparedPrompt {
    const { contextLength, truncate } = this.#options;
    const { gatingText, bosToken } = this.#spec;
    const body = concatenate(pieces);
    const parts = this.#applyBosRule(draft.added, body);
    const { tokens, truncatedTokens } = joinAndTruncate(parts, contextLength, truncate, bosToken);
    const steps = this.#locateSteps(
      draft,
      tokens,
      pieces.map(({ length }) => length),
      parts.prefix.length - (body.length - parts.body.length),
    );
    return {
      text: draft.text,
      tokens,
      scored: steps?.at(-1) ?? scoredPosition(tokens, this.#spec),
      ...(this.#gatingPattern === undefined || gatingText === null
        ? {}
        : { gating: gatingPosition(tokens, this.#gatingPattern, gatingText) }),
      ...(before === undefined ? {} : { answer: this.#locateAnswer(draft, before, tokens, truncatedTokens) }),
      ...(steps === undefined ? {} : { steps }),
      warnings: draft.warnings,
      truncatedTokens,
    };
  }

  /** In front of the turns before the answer the same is added as in front of the whole prompt. */
  #locateAnswer({ added }: Draft, before: Int32Array, tokens: Int32Array, truncatedTokens: number): number {
    // Of what is left of a cut prompt nobody knows where the answer begins.
    if (truncatedTokens > 0) throw tooLong(tokens.length + truncatedTokens, this.#options.contextLength);
    const { prefix, body } = this.#applyBosRule({ ...added, suffix: [] }, before);
    return answerStart(concatenate([prefix, body]), tokens);
  }

  /** @param offset where the first piece begins among the tokens */
  #locateSteps(
    { stepCount, stepEnds }: Draft,
    tokens: Int32Array,
    lengths: readonly number[],
    offset: number,
  ): number[] | undefined {
    const { steps: rule } = this.#spec;
    if (stepCount === undefined || rule === undefined) return undefined;
    if (rule.layout === "pieces" || this.#stepMark === undefined)
      return piecePositions(
        lengths,
        stepEnds ?? [],
        offset - (rule.layout === "pieces" ? (rule.back ?? 0) : 0),
      );
    return markedPositions(tokens, this.#stepMark, stepCount, rule.mark);
  }
}

/** The result, or the typed error in its place; anything untyped is a bug and goes on. */
function settle<T>(work: () => T): T | RewardError {
  try {
    return work();
  } catch (error) {
    if (error instanceof RewardError) return error;
    throw error;
  }
}
