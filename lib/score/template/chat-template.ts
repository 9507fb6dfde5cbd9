import type { ConversationInput } from "../conversation/conversation.js";
import { TemplateError } from "../../errors.js";
import { bind, PythonFunction } from "../jinja/callables.js";
import { JinjaTemplate } from "../jinja/jinja-template.js";
import { pythonStr } from "../jinja/repr.js";
import { parseDate, strftime } from "./strftime.js";
import { templateInput, type TemplateInput } from "./template-input.js";
import { messageOf } from "../../util/caught.js";

/** Roles that a template without any list of roles is taken to know. */
const USUAL_ROLES = ["system", "user", "assistant"];

/** Thrown by the template's own `raise_exception`, to tell its refusal from a fault of the engine. */
class Refusal extends Error {}

const RAISE_EXCEPTION = new PythonFunction("raise_exception", (args) => {
  const [message = null] = bind("raise_exception", ["message"], args);
  throw new Refusal(pythonStr(message));
});

/**
 * A checkpoint's chat template, rendered as `apply_chat_template(messages, tools, documents, tokenize=False)` of transformers
 * does: `trim_blocks` and `lstrip_blocks` on, no generation prompt unless asked for.
 * Source: transformers 5.24.0, utils/chat_template_utils.py.
 */
export class ChatTemplate {
  readonly #template: JinjaTemplate;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #date: string | null;
  readonly #roles: ReadonlySet<string>;

  private constructor(
    source: string,
    template: JinjaTemplate,
    variables: Readonly<Record<string, string>>,
    date: string | null,
  ) {
    this.#template = template;
    this.#variables = variables;
    this.#date = date;
    this.#roles = new Set([...USUAL_ROLES, ...quotedWords(source)]);
  }

  /**
   * @param source Jinja text.
   * @param variables special-token texts: `bos_token`, `eos_token`, …
   * @param date `date_string`, and what `strftime_now` answers with; null leaves `date_string` undefined.
   * @throws TemplateError `TEMPLATE_SYNTAX`
   */
  static parse(
    source: string,
    variables: Readonly<Record<string, string>>,
    date: string | null,
  ): ChatTemplate {
    try {
      return new ChatTemplate(source, JinjaTemplate.compile(source), variables, date);
    } catch (cause) {
      throw new TemplateError(
        "TEMPLATE_SYNTAX",
        `The chat template cannot be parsed: ${messageOf(cause)}. Check the template in reward.json.`,
        { cause },
      );
    }
  }

  /**
   * Whether a role is one of the usual three or a word that the template compares with. Templates without a check of their
   * own write any role into the prompt, so that a misspelt one would silently change the score.
   */
  knowsRole(role: string): boolean {
    return this.#roles.has(role);
  }

  /**
   * @throws TemplateError `TEMPLATE_REJECTED`: the template refuses these messages (the error's message is the template's
   * own), or fails on them.
   */
  render(conversation: ConversationInput): string {
    return this.renderInput(templateInput(conversation));
  }

  /** @param hasGenerationPrompt whether what begins the assistant's answer stands at the end. @throws TemplateError `TEMPLATE_REJECTED` */
  renderInput(input: TemplateInput, hasGenerationPrompt = false): string {
    try {
      return this.#template.render(this.#valuesFor(input, hasGenerationPrompt));
    } catch (cause) {
      if (cause instanceof Refusal) throw new TemplateError("TEMPLATE_REJECTED", cause.message, { cause });
      throw new TemplateError(
        "TEMPLATE_REJECTED",
        `The chat template fails on these messages: ${messageOf(cause)}. Check their roles and order.`,
        { cause },
      );
    }
  }

  #valuesFor(
    { messages, tools, documents, variables }: TemplateInput,
    hasGenerationPrompt: boolean,
  ): Record<string, unknown> {
    return {
      ...this.#variables,
      raise_exception: RAISE_EXCEPTION,
      strftime_now: new PythonFunction("strftime_now", (args) => {
        const [format = null] = bind("strftime_now", ["format"], args);
        return this.#now(pythonStr(format));
      }),
      ...(this.#date === null ? {} : { date_string: this.#date }),
      ...variables,
      messages,
      tools,
      documents,
      add_generation_prompt: hasGenerationPrompt,
    };
  }

  #now(format: string): string {
    const date = this.#date === null ? undefined : parseDate(this.#date);
    const text = date === undefined ? undefined : strftime(date, format);
    if (text === undefined) {
      throw new Error(
        `it asks for today's date as "${format}", and the pinned date ${JSON.stringify(this.#date)} cannot be written so`,
      );
    }
    return text;
  }
}

/** The words that a template's source has in quotes. */
function quotedWords(source: string): string[] {
  return [...source.matchAll(/'(\w+)'|"(\w+)"/g)].map((match) => match[1] ?? match[2] ?? "");
}
