import { InvalidArgumentError } from "../../errors.js";
import { checkConversation } from "../conversation/check-conversation.js";
import { asRequest, type ConversationInput, type ConversationRequest } from "../conversation/conversation.js";
import { checkText } from "../conversation/template-data.js";
import { appendAll } from "../../util/collections.js";
import type { AddedTokens } from "./added-tokens.js";
import { turnsBefore } from "./answer-start.js";
import { ChatTemplate } from "./chat-template.js";
import { endText } from "./ending.js";
import { checkRoles, fitParts, unwritten } from "./probe.js";
import type { PromptOptions } from "./prompt-options.js";
import type { PromptSpec } from "./prompt-spec.js";
import type { PromptSegment } from "./special-tokens.js";
import { refuseSteps, requireSteps, stepPieces, stepsConversation } from "./steps-prompt.js";
import { forEachText } from "./string-map.js";
import { templateInput } from "./template-input.js";
import type { PromptTokens } from "./truncate.js";

/** One prompt on its way: rendered, and cut into the pieces that are tokenized on their own. */
export interface Draft {
  text: string;
  /** Added tokens, and the stretches of text between them, which are tokenized on their own. */
  pieces: readonly PromptSegment[];
  warnings: string[];
  /** What goes in front and behind. */
  added: Pick<PromptTokens, "prefix" | "suffix">;
  /** What the answer follows, where it is asked for: the pieces of the turns before it and of what begins it. */
  before?: readonly PromptSegment[];
  /** Of an answer in steps: how many there are. */
  stepCount?: number;
  /** Places in `pieces` of those that end in a step's scored token; absent where a mark in the text says it. */
  stepEnds?: readonly number[];
}

/** Special-token names that a warning lists. */
const NAMES_IN_WARNING = 5;

/** Turns conversations, or texts that are prompts already, into what is tokenized. */
export class Drafter {
  readonly #spec: PromptSpec;
  readonly #parseSpecial: boolean;
  readonly #template: ChatTemplate;
  readonly #added: AddedTokens;

  /** @throws TemplateError `TEMPLATE_SYNTAX` */
  constructor(spec: PromptSpec, { specialTokens }: Pick<PromptOptions, "specialTokens">, added: AddedTokens) {
    this.#spec = spec;
    this.#parseSpecial = specialTokens === "parse";
    this.#template = ChatTemplate.parse(spec.template, spec.templateVariables, spec.date);
    this.#added = added;
  }

  /**
   * @param findsAnswer whether it must be known where the answer begins
   * @throws ConversationError `CONVERSATION_INVALID`, also for steps to a model of whole answers, and the other way round;
   * `CONVERSATION_UNSCORABLE` there is no answer, or it cannot be told from the turns before it
   */
  ofConversation(conversation: ConversationInput, findsAnswer = this.#spec.readsAnswer === true): Draft {
    const { steps: rule } = this.#spec;
    const request = asRequest(checkConversation(conversation));
    if (rule === undefined) {
      refuseSteps(request);
      const draft = this.#ofRendered(conversation);
      return findsAnswer ? { ...draft, before: this.#beforeAnswer(request, draft.text) } : draft;
    }
    const { steps, ...prompt } = requireSteps(request);
    if (rule.layout === "pieces")
      return this.#ofPieces(stepPieces(rule, { ...prompt, steps }), rule.separator);
    const texts: string[] = [];
    forEachText(templateInput(prompt), (text) => texts.push(text));
    const { conversation: joined, putTags } = stepsConversation(rule, { ...prompt, steps }, texts);
    return { ...this.#ofRendered(joined, putTags), stepCount: steps.length };
  }

  /** No template: BOS, where the tokenizer has one, and texts that are tokenized each on its own. */
  #ofPieces({ prompt, steps }: ReturnType<typeof stepPieces>, separator: string): Draft {
    // What the tokenizer names: config.json may have an id for BOS where the tokenizer has none, as Qwen's.
    const bosText = this.#spec.templateVariables["bos_token"] ?? "";
    const spelled = this.#parseSpecial
      ? [prompt, ...steps].flatMap((text) => this.#added.control.findInText(text))
      : [];
    const piecesOf = (text: string): PromptSegment[] =>
      this.#added.prepare(this.#parseSpecial ? this.#added.split(text) : [text], this.#spec);
    const pieces: PromptSegment[] = [...this.#added.split(bosText), ...piecesOf(prompt)];
    const end = this.#added.prepare(this.#added.split(separator), this.#spec);
    const stepEnds = steps.map((step) => {
      appendAll(pieces, piecesOf(step));
      appendAll(pieces, end);
      return pieces.length - 1;
    });
    return {
      text: bosText + prompt + steps.map((step) => step + separator).join(""),
      pieces,
      warnings: parsedSpecialsWarning([...new Set(spelled)]),
      added: { prefix: [], suffix: [] },
      stepCount: steps.length,
      stepEnds,
    };
  }

  /**
   * Renders, and splits at special tokens as the tokenizers do: everything between them is normalized and tokenized on its
   * own. With `literal`, a spelling inside a message, or beside it in what the template sees, is no split.
   */
  #ofRendered(conversation: ConversationInput, putTags = (text: string): string => text): Draft {
    const given = templateInput(conversation);
    checkRoles(this.#template, given);
    const input = fitParts(this.#template, given);
    const parseSpecial = this.#parseSpecial;
    const { input: masked, restore } = parseSpecial
      ? { input, restore: (text: string) => text }
      : this.#added.control.mask(input, this.#spec.template, this.#added.texts);
    const rendered = this.#template.renderInput(masked);
    const { text, segments } = endText(putTags(this.#withoutBos(rendered)), this.#spec.ending, this.#added);
    const restored = segments.map((segment) => (typeof segment === "number" ? segment : restore(segment)));
    return {
      text: restore(text),
      pieces: this.#withoutEnding(this.#added.prepare(restored, this.#spec)),
      warnings: [
        ...(parseSpecial ? parsedSpecialsWarning(this.#added.control.findIn(input)) : []),
        ...unwritten(this.#template, masked, rendered).map(unwrittenWarning),
      ],
      added: this.#publishedAdditions(),
    };
  }

  /** The pieces of the turns before the answer, with what begins an assistant's answer behind them. */
  #beforeAnswer(request: ConversationRequest, text: string): readonly PromptSegment[] {
    const { turns, checkBeginning } = turnsBefore(request);
    const input = fitParts(this.#template, templateInput(turns));
    const { input: masked, restore } = this.#parseSpecial
      ? { input, restore: (each: string) => each }
      : this.#added.control.mask(input, this.#spec.template, this.#added.texts);
    checkBeginning(text, restore(this.#withoutBos(this.#template.renderInput(masked))));
    const rendered = this.#withoutBos(this.#template.renderInput(masked, true));
    const segments = this.#added
      .split(rendered)
      .map((segment) => (typeof segment === "number" ? segment : restore(segment)));
    return this.#added.prepare(segments, this.#spec);
  }

  /**
   * A text that is a prompt already: no template, and EOS is not appended; the token that every input ends in is, where it is missing.
   * @param addSpecialTokens whether the tokenizer adds its own special tokens; without, the text has its BOS itself
   */
  ofText(text: string, addSpecialTokens: boolean): Draft {
    checkPrompt(text);
    const { prefixTokens, suffixTokens, ending } = this.#spec;
    const ended = endText(text, ending, this.#added);
    const suffix = addSpecialTokens ? suffixTokens : [];
    return {
      text: ended.text,
      pieces: this.#withoutEnding(this.#added.prepare(ended.segments, this.#spec)),
      warnings: [],
      added: {
        prefix: addSpecialTokens ? prefixTokens : [],
        suffix: ending === undefined ? suffix : [...suffix, ending.token],
      },
    };
  }

  #publishedAdditions(): Draft["added"] {
    const { addSpecialTokens, prefixTokens, suffixTokens, appendEosToken, ending } = this.#spec;
    return {
      prefix: addSpecialTokens ? prefixTokens : [],
      suffix: [
        ...(addSpecialTokens ? suffixTokens : []),
        ...(appendEosToken === null ? [] : [appendEosToken]),
        ...(ending === undefined ? [] : [ending.token]),
      ],
    };
  }

  /** The token that every input ends in goes behind the text, where it is not cut. */
  #withoutEnding(pieces: readonly PromptSegment[]): readonly PromptSegment[] {
    return this.#spec.ending === undefined ? pieces : pieces.slice(0, -1);
  }

  #withoutBos(text: string): string {
    const bosText = this.#spec.templateVariables["bos_token"];
    return this.#spec.removeBosText && bosText !== undefined ? text.replaceAll(bosText, "") : text;
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
