import { InvalidArgumentError } from "../../errors.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { checkText } from "../conversation/template-data.js";
import type { AddedTokens } from "./added-tokens.js";
import { ChatTemplate } from "./chat-template.js";
import { checkRoles, fitParts, unwritten } from "./probe.js";
import type { PromptOptions } from "./prompt-options.js";
import type { PromptSpec } from "./prompt-spec.js";
import type { PromptSegment } from "./special-tokens.js";
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
   * Renders, and splits at special tokens as the tokenizers do: everything between them is normalized and tokenized on its
   * own. With `literal`, a spelling inside a message, or beside it in what the template sees, is no split.
   */
  ofConversation(conversation: ConversationInput): Draft {
    const given = templateInput(conversation);
    checkRoles(this.#template, given);
    const input = fitParts(this.#template, given);
    const parseSpecial = this.#parseSpecial;
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
      pieces: this.#added.prepare(segments, this.#spec),
      warnings: [
        ...(parseSpecial ? parsedSpecialsWarning(this.#added.control.findIn(input)) : []),
        ...unwritten(this.#template, masked, rendered).map(unwrittenWarning),
      ],
      added: this.#publishedAdditions(),
    };
  }

  /**
   * A text that is a prompt already: no template, and EOS is not appended.
   * @param addSpecialTokens whether the tokenizer adds its own special tokens; without, the text has its BOS itself
   */
  ofText(text: string, addSpecialTokens: boolean): Draft {
    checkPrompt(text);
    const { prefixTokens, suffixTokens } = this.#spec;
    return {
      text,
      pieces: this.#added.prepare(this.#added.split(text), this.#spec),
      warnings: [],
      added: addSpecialTokens ? { prefix: prefixTokens, suffix: suffixTokens } : { prefix: [], suffix: [] },
    };
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
