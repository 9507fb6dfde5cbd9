import type { ConversationInput } from "../conversation.js";
import { checkText } from "../conversation/template-data.js";
import { InvalidArgumentError, RewardError } from "../errors.js";
import type { PromptSpec } from "../model-folder/reward-json.js";
import type { NativeModel } from "../native/types.js";
import { ChatTemplate } from "./chat-template.js";
import { preparePlainText } from "./plain-text.js";
import { gatingPosition, scoredPosition } from "./position.js";
import { checkRoles, fitParts, unwritten } from "./probe.js";
import { SpecialTokenTexts, type PromptSegment } from "./special-tokens.js";
import { templateInput } from "./template-input.js";
import { TimeSlice } from "./time-slice.js";
import { concatenate, joinAndTruncate, leadingRun, type PromptTokens, type Truncation } from "./truncate.js";
import { appendAll } from "../util/append-all.js";

/** The part of the native model that prompts need. */
export type Tokenizer = Pick<NativeModel, "tokenize" | "specialTokens">;

/** How to build prompts, beyond what the model's `reward.json` says. */
export interface PromptOptions {
  /** `reference`: as the model's published usage; `once`: a leading run of BOS becomes one; `none`: it goes. */
  bos: "reference" | "once" | "none";
  /** Whether special tokens spelled in a message become those tokens (as in the published usage) or stay text. */
  specialTokens: "parse" | "literal";
  truncate: Truncation;
  /** Most tokens of one prompt. */
  contextLength: number;
}

/** A conversation, ready for the backbone. */
export interface PreparedPrompt {
  /** The rendered template. */
  text: string;
  tokens: Int32Array;
  /** Index into `tokens` of the scored position. */
  scored: number;
  /** Index into `tokens` of the gating position, for heads that have one. */
  gating?: number;
  warnings: string[];
  /** Tokens cut off to fit the context. */
  truncatedTokens: number;
}

/** One conversation on its way: rendered, and cut into the pieces that are tokenized on their own. */
interface Draft {
  text: string;
  pieces: readonly (number | TextPiece)[];
  warnings: string[];
  /** What goes in front and behind. */
  added: Pick<PromptTokens, "prefix" | "suffix">;
}

interface TextPiece {
  text: string;
  parseSpecial: boolean;
}

/** UTF-16 units given to one native call: its strings are copied on the event loop's thread. */
const UNITS_PER_CALL = 1 << 18;
/** Special-token names that a warning lists. */
const NAMES_IN_WARNING = 5;

/** Turns conversations into tokens and scoring positions, by the rules of a model folder's `prompt` section. */
export class PromptBuilder {
  readonly #spec: PromptSpec;
  readonly #options: PromptOptions;
  readonly #tokenizer: Tokenizer;
  readonly #template: ChatTemplate;
  /** Tokens whose spelling in a message can forge a turn. */
  readonly #control: SpecialTokenTexts;
  /**
   * All added tokens: a prompt is split at them before it is normalized and tokenized, as the tokenizers library does.
   * llama.cpp would split at them too, but after normalization, and at the longest spelling instead of the leftmost.
   */
  readonly #splitting: SpecialTokenTexts;
  readonly #textById: ReadonlyMap<number, string>;
  readonly #gatingPattern: Int32Array | undefined;

  private constructor(
    spec: PromptSpec,
    options: PromptOptions,
    tokenizer: Tokenizer,
    template: ChatTemplate,
    gatingPattern: Int32Array | undefined,
  ) {
    this.#spec = spec;
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#template = template;
    const tokens = tokenizer.specialTokens();
    this.#control = new SpecialTokenTexts(tokens.filter(({ isControl }) => isControl));
    this.#splitting = new SpecialTokenTexts(tokens);
    this.#textById = new Map(tokens.map(({ id, text }) => [id, text]));
    this.#gatingPattern = gatingPattern;
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
    const template = ChatTemplate.parse(spec.template, spec.templateVariables, spec.date);
    const [gatingPattern] =
      spec.gatingText === null ? [] : await tokenizer.tokenize([spec.gatingText], Uint8Array.of(1));
    return new PromptBuilder(spec, options, tokenizer, template, gatingPattern);
  }

  /**
   * Prepares conversations, many in one native call. A conversation that cannot be prepared gives its error in place:
   * ConversationError, TemplateError.
   */
  build(conversations: readonly ConversationInput[]): Promise<(PreparedPrompt | RewardError)[]> {
    return this.#buildAll(conversations, (conversation) => this.#draft(conversation));
  }

  /**
   * Prepares texts that are prompts already, as remote clients send them: no template, and EOS is not appended.
   * @param addSpecialTokens whether the tokenizer adds its own special tokens; without, the text has its BOS itself
   */
  buildTexts(texts: readonly string[], addSpecialTokens: boolean): Promise<(PreparedPrompt | RewardError)[]> {
    const { prefixTokens, suffixTokens } = this.#spec;
    const added = addSpecialTokens
      ? { prefix: prefixTokens, suffix: suffixTokens }
      : { prefix: [], suffix: [] };
    return this.#buildAll(texts, (text) => {
      checkPrompt(text);
      return { text, pieces: this.#pieces(this.#splitting.split(text), true), warnings: [], added };
    });
  }

  async #buildAll<Input>(
    inputs: readonly Input[],
    makeDraft: (input: Input) => Draft,
  ): Promise<(PreparedPrompt | RewardError)[]> {
    const slice = new TimeSlice();
    const drafts: (Draft | RewardError)[] = [];
    for (const input of inputs) {
      drafts.push(settle(() => makeDraft(input)));
      await slice.pause();
    }
    const pieces = drafts
      .flatMap((draft) => (draft instanceof RewardError ? [] : draft.pieces))
      .filter((piece) => typeof piece !== "number");
    const tokens = (await this.#tokenize(pieces)).values();
    const prompts: (PreparedPrompt | RewardError)[] = [];
    for (const draft of drafts) {
      prompts.push(draft instanceof RewardError ? draft : this.#finish(draft, tokens));
      await slice.pause();
    }
    return prompts;
  }

  /**
   * Renders, and splits at special tokens as the tokenizers do: everything between them is normalized and tokenized on its
   * own. With `literal`, a spelling inside a message, or beside it in what the template sees, is no split.
   */
  #draft(conversation: ConversationInput): Draft {
    const given = templateInput(conversation);
    checkRoles(this.#template, given);
    const input = fitParts(this.#template, given);
    const parseSpecial = this.#options.specialTokens === "parse";
    const { input: masked, restore } = parseSpecial
      ? { input, restore: (text: string) => text }
      : this.#control.mask(input, this.#spec.template, this.#textById.values());
    const rendered = this.#template.renderInput(masked);
    const text = this.#withoutBos(rendered);
    const segments = this.#splitting
      .split(text)
      .map((segment) => (typeof segment === "number" ? segment : restore(segment)));
    return {
      text: restore(text),
      pieces: this.#pieces(segments, parseSpecial),
      warnings: [
        ...(parseSpecial ? parsedSpecialsWarning(this.#control.findIn(input)) : []),
        ...unwritten(this.#template, masked, rendered).map(unwrittenWarning),
      ],
      added: this.#publishedAdditions(),
    };
  }

  #pieces(segments: readonly PromptSegment[], parseSpecial: boolean): Draft["pieces"] {
    return preparePlainText(segments, this.#spec, (id) => this.#textById.get(id)).map((segment) =>
      typeof segment === "number" ? segment : { text: segment, parseSpecial },
    );
  }

  #publishedAdditions(): Draft["added"] {
    const { addSpecialTokens, prefixTokens, suffixTokens, appendEosToken } = this.#spec;
    return {
      prefix: addSpecialTokens ? prefixTokens : [],
      suffix: [
        ...(addSpecialTokens ? suffixTokens : []),
        ...(appendEosToken === null ? [] : [appendEosToken]),
      ],
    };
  }

  #withoutBos(text: string): string {
    const bosText = this.#spec.templateVariables["bos_token"];
    return this.#spec.removeBosText && bosText !== undefined ? text.replaceAll(bosText, "") : text;
  }

  async #tokenize(pieces: readonly TextPiece[]): Promise<Int32Array[]> {
    const results: Int32Array[] = [];
    let start = 0;
    while (start < pieces.length) {
      let end = start;
      let units = 0;
      while (
        end < pieces.length &&
        (end === start || units + (pieces[end]?.text.length ?? 0) <= UNITS_PER_CALL)
      ) {
        units += pieces[end++]?.text.length ?? 0;
      }
      const part = pieces.slice(start, end);
      const flags = Uint8Array.from(part, ({ parseSpecial }) => Number(parseSpecial));
      const texts = part.map(({ text }) => text);
      appendAll(results, await this.#tokenizer.tokenize(texts, flags));
      start = end;
    }
    return results;
  }

  /** @param tokenized the token arrays of all drafts' text pieces, in order; takes this draft's. */
  #finish(draft: Draft, tokenized: Iterator<Int32Array, undefined>): PreparedPrompt | RewardError {
    const parts = draft.pieces.map((piece) =>
      typeof piece === "number" ? Int32Array.of(piece) : (tokenized.next().value ?? new Int32Array()),
    );
    return settle(() => this.#locate(draft, this.#applyBosRule(draft.added, concatenate(parts))));
  }

  /** Applies the BOS option to what leads the prompt. */
  #applyBosRule({ prefix, suffix }: Draft["added"], body: Int32Array): PromptTokens {
    const { bosToken } = this.#spec;
    if (this.#options.bos === "reference" || bosToken === null) return { prefix, body, suffix };
    const ofPrefix = leadingRun(prefix, bosToken);
    const ofBody = ofPrefix === prefix.length ? leadingRun(body, bosToken) : 0;
    const kept = this.#options.bos === "once" && ofPrefix + ofBody > 0 ? [bosToken] : [];
    return { prefix: [...kept, ...prefix.slice(ofPrefix)], body: body.subarray(ofBody), suffix };
  }

  #locate(draft: Draft, parts: PromptTokens): PreparedPrompt {
    const { contextLength, truncate } = this.#options;
    const { gatingText, bosToken } = this.#spec;
    const { tokens, truncatedTokens } = joinAndTruncate(parts, contextLength, truncate, bosToken);
    return {
      text: draft.text,
      tokens,
      scored: scoredPosition(tokens, this.#spec),
      ...(this.#gatingPattern === undefined || gatingText === null
        ? {}
        : { gating: gatingPosition(tokens, this.#gatingPattern, gatingText) }),
      warnings: draft.warnings,
      truncatedTokens,
    };
  }
}

/** @throws ConversationError `CONVERSATION_INVALID` */
function checkPrompt(text: unknown): void {
  if (typeof text !== "string")
    throw new InvalidArgumentError(`Expected a text but received ${typeof text}.`);
  checkText(text, "the text");
}

function parsedSpecialsWarning(spelled: readonly string[]): string[] {
  if (spelled.length === 0) return [];
  const names = spelled.slice(0, NAMES_IN_WARNING).join(" ");
  const more = spelled.length > NAMES_IN_WARNING ? ` and ${spelled.length - NAMES_IN_WARNING} more` : "";
  return [
    `The messages spell special tokens, which count as those tokens: ${names}${more}. ` +
      "An answer can forge turns this way; --special-tokens literal keeps them as text.",
  ];
}

function unwrittenWarning(what: string): string {
  return `This model's chat template does not write ${what}: the reward is that of the conversation without them.`;
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
