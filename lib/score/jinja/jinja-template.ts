import { analyze, findUndeclared } from "./analyze.js";
import { withBudget } from "./budget.js";
import { compileBody } from "./compile-statement.js";
import { JinjaSyntaxError } from "./errors.js";
import { enter, Output, type Activation, type Execute, type Frame } from "./frame.js";
import { fromJavaScript } from "./from-javascript.js";
import { GLOBALS } from "./globals.js";
import { tokenize } from "./lexer.js";
import { parse } from "./parse-statement.js";
import { FunctionScope, Symbols } from "./symbols.js";
import type { Value } from "./values.js";

/**
 * A template of Jinja2 3.1.6 in the environment that transformers makes for chat templates: `ImmutableSandboxedEnvironment`
 * with `trim_blocks` and `lstrip_blocks`, loop controls, the tag `generation`, and `tojson` without escapes. It renders to
 * the text that Jinja2 renders, or fails. Source: transformers 5.24.0, utils/chat_template_utils.py.
 */
export class JinjaTemplate {
  readonly #scope: FunctionScope;
  readonly #body: Execute;
  readonly #enter: (at: Activation) => void;

  private constructor(scope: FunctionScope, body: Execute, entering: (at: Activation) => void) {
    this.#scope = scope;
    this.#body = body;
    this.#enter = entering;
  }

  /** @throws JinjaSyntaxError; RangeError for one that is nested too deeply */
  static compile(source: string): JinjaTemplate {
    const statements = parse(tokenize(source));
    if (findUndeclared(statements, ["self"]).has("self")) {
      throw new JinjaSyntaxError("the variable self is not supported");
    }
    const scope = new FunctionScope(null);
    const frame: Frame = { symbols: new Symbols(null, scope), isInLoop: false, isSoft: false };
    analyze(statements, frame.symbols);
    return new JinjaTemplate(scope, compileBody(statements, frame), enter(frame));
  }

  /**
   * @param variables JavaScript values, see {@link fromJavaScript}, or values of a template
   * @throws PythonError where Jinja2 fails; UnsupportedError where it might not; BudgetError for work without an end
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const context = new Map(GLOBALS);
    let units = 0;
    for (const [name, given] of Object.entries(variables)) {
      const converted = fromJavaScript(given);
      context.set(name, converted.value);
      units += converted.units;
    }
    return withBudget(units, () => {
      const at: Activation = {
        slots: new Array<Value | undefined>(this.#scope.slots),
        parent: null,
        context,
      };
      const out = new Output();
      this.#enter(at);
      this.#body(at, out);
      return out.text;
    });
  }
}
