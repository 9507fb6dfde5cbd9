import type { PromptSpec } from "./prompt-spec.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { checkText } from "../conversation/template-data.js";
import { InvalidArgumentError, RewardError } from "../../errors.js";
import type { NativeModel } from "../native/types.js";
import { AddedTokens, tokenizePlain } from "./added-tokens.js";
import { ChatTemplate } from "./chat-template.js";
import { fewestTokens } from "./fewest-tokens.js";
import { gatingPosition, scoredPosition } from "./position.js";
import { checkRoles, fitParts, unwritten } from "./probe.js";
import type { PromptSegment } from "./special-tokens.js";
import { templateInput } from "./template-input.js";
import { TimeSlice } from "./time-slice.js";
import {
  concatenate,
  joinAndTruncate,
  leadingRun,
  tooLong,
  type PromptTokens,
  type Truncation,
} from "./truncate.js";
import { appendAll } from "../../util/collections.js";

/** The part of the native model that prompts need. */
export type Tokenizer = Pick<NativeModel, "tokenize" | "specialTokens" | "longestToken">;

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
  /** Added tokens, and the stretches of text between them, which are tokenized on their own. */
  pieces: readonly PromptSegment[];
  warnings: string[];
  /** What goes in front and behind. */
  added: Pick<PromptTokens, "prefix" | "suffix">;
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
  readonly #longestToken: number;
  readonly #template: ChatTemplate;
  readonly #added: AddedTokens;
  readonly #gatingPattern: Int32Array | undefined;

  private constructor(
    spec: PromptSpec,
    options: PromptOptions,
    tokenizer: Tokenizer,
    template: ChatTemplate,
    added: AddedTokens,
    gatingPattern: Int32Array | undefined,
  ) {
    this.#spec = spec;
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#longestToken = tokenizer.longestToken();
    this.#template = template;
    this.#added = added;
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
    const added = new AddedTokens(tokenizer);
    const [gatingPattern] =
      spec.gatingText === null ? [] : await added.tokenize([spec.gatingText], spec, tokenizer);
    return new PromptBuilder(spec, options, tokenizer, template, added, gatingPattern);
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
      return { text, pieces: this.#pieces(this.#added.split(text)), warnings: [], added };
    });
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

  /** A long text that cannot fit is refused before it is tokenized, which takes seconds for megabytes. Others are counted exactly. */
  #refuseTooLong(draft: Draft): Draft {
    const { truncate, contextLength } = this.#options;
    if (truncate !== "error" || draft.text.length <= UNITS_PER_CALL) return draft;
    // The BOS option may take its token away.
    const fewest = fewestTokens(draft.pieces, this.#longestToken, this.#spec.bosToken);
    if (fewest > contextLength) throw tooLong(fewest, contextLength, "at least ");
    return draft;
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
      : this.#added.control.mask(input, this.#spec.template, this.#added.texts);
    const rendered = this.#template.renderInput(masked);
    const text = this.#withoutBos(rendered);
    const segments = this.#added
      .split(text)
      .map((segment) => (typeof segment === "number" ? segment : restore(segment)));
    return {
      text: restore(text),
      pieces: this.#pieces(segments),
      warnings: [
        ...(parseSpecial ? parsedSpecialsWarning(this.#added.control.findIn(input)) : []),
        ...unwritten(this.#template, masked, rendered).map(unwrittenWarning),
      ],
      added: this.#publishedAdditions(),
    };
  }

  #pieces(segments: readonly PromptSegment[]): Draft["pieces"] {
    return this.#added.prepare(segments, this.#spec);
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
