import type { ConversationInput } from "../conversation.js";
import { TemplateError } from "../errors.js";
import { engine, type TemplateNode } from "./jinja-engine.js";
import { tokenizeJinja } from "./jinja-lexer.js";
import { scopeIterations } from "./loop-scope.js";
import { PythonInterpreter } from "./python-interpreter.js";
import { pythonStr } from "./python-values.js";
import { runtimeData } from "./runtime-data.js";
import { parseDate, strftime } from "./strftime.js";
import { templateInput, type TemplateInput } from "./template-input.js";

/** Roles that a template without any list of roles is taken to know. */
const USUAL_ROLES = ["system", "user", "assistant"];

/** Thrown by the template's own `raise_exception`, to tell its refusal from a fault of the engine. */
class Refusal extends Error {}

/**
 * A checkpoint's chat template, rendered as `apply_chat_template(messages, tools, documents, tokenize=False)` of transformers
 * does: `trim_blocks` and `lstrip_blocks` on, no generation prompt.
 * Source: transformers, utils/chat_template_utils.py (v4.45).
 */
export class ChatTemplate {
  readonly #program: TemplateNode;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #date: string | null;
  readonly #roles: ReadonlySet<string>;

  private constructor(
    source: string,
    program: TemplateNode,
    variables: Readonly<Record<string, string>>,
    date: string | null,
  ) {
    this.#program = program;
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
      // Jinja2's lexer reads every kind of line end as a newline, and leaves the last one out.
      const text = source.replace(/\r\n?/g, "\n").replace(/\n$/, "");
      const program = engine.parse(tokenizeJinja(text));
      scopeIterations(program);
      return new ChatTemplate(text, program, variables, date);
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

  /** @throws TemplateError `TEMPLATE_REJECTED` */
  renderInput(input: TemplateInput): string {
    try {
      const environment = new engine.Environment();
      for (const [name, value] of Object.entries(this.#globals())) environment.set(name, value);
      for (const [name, value] of Object.entries(this.#valuesFor(input))) {
        environment.setVariable(name, runtimeData(value));
      }
      return pythonStr(new PythonInterpreter(environment).run(this.#program));
    } catch (cause) {
      if (cause instanceof Refusal) throw new TemplateError("TEMPLATE_REJECTED", cause.message, { cause });
      throw new TemplateError(
        "TEMPLATE_REJECTED",
        `The chat template fails on these messages: ${messageOf(cause)}. Check their roles and order.`,
        { cause },
      );
    }
  }

  #globals(): Record<string, unknown> {
    return {
      true: true,
      True: true,
      false: false,
      False: false,
      none: null,
      None: null,
      range,
      raise_exception: (message: unknown): never => {
        throw new Refusal(String(message));
      },
      strftime_now: (format: unknown) => this.#now(String(format)),
    };
  }

  #valuesFor({ messages, tools, documents, variables }: TemplateInput): Record<string, unknown> {
    return {
      ...this.#variables,
      ...(this.#date === null ? {} : { date_string: this.#date }),
      ...variables,
      messages,
      tools,
      documents,
      add_generation_prompt: false,
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

/** Longest range of Jinja2's sandbox (`MAX_RANGE`, jinja2/sandbox.py 3.1). */
const MAX_RANGE = 100_000;

/** Python's `range`, as Jinja2's sandbox has it. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error("range() step must not be zero");
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_RANGE) throw new Error(`range() of ${length} is longer than ${MAX_RANGE}`);
  return Array.from({ length }, (_, index) => start + index * step);
}

/** The words that a template's source has in quotes. */
function quotedWords(source: string): string[] {
  return [...source.matchAll(/'(\w+)'|"(\w+)"/g)].map((match) => match[1] ?? match[2] ?? "");
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
