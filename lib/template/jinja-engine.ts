import * as jinja from "@huggingface/jinja";

/** A parsed template: the engine dispatches on `type`. */
export interface TemplateNode {
  type: string;
  [field: string]: unknown;
}

/** A piece of a template's source. */
export interface JinjaToken {
  type: string;
  value: string;
}

/** A value while a template runs. `value` is the JavaScript one; lists and mappings hold further such values. */
export interface RuntimeValue {
  type: string;
  value: unknown;
  __bool__(): { value: boolean };
}

/** Variables of a rendering, or of a block of it. */
export interface Environment {
  variables: Map<string, RuntimeValue>;
  /** Makes a JavaScript value a variable. @throws Error when the name is taken */
  set(name: string, value: unknown): RuntimeValue;
  setVariable(name: string, value: RuntimeValue): RuntimeValue;
  lookupVariable(name: string): RuntimeValue;
}

/** The engine's interpreter, with the methods that are called or replaced here. */
export interface JinjaInterpreter {
  run(program: TemplateNode): RuntimeValue;
  evaluate(node: TemplateNode | undefined, environment: Environment): RuntimeValue;
  evaluateBlock(statements: readonly TemplateNode[], environment: Environment): RuntimeValue;
  evaluateArguments(
    args: readonly TemplateNode[],
    environment: Environment,
  ): [positional: RuntimeValue[], named: Map<string, RuntimeValue>];
  evaluateBinaryExpression(node: TemplateNode, environment: Environment): RuntimeValue;
  evaluateMemberExpression(node: TemplateNode, environment: Environment): RuntimeValue;
  evaluateTestExpression(node: TemplateNode, environment: Environment): RuntimeValue;
  evaluateCallExpression(node: TemplateNode, environment: Environment): RuntimeValue;
  evaluateMacro(node: TemplateNode, environment: Environment): RuntimeValue;
  applyFilter(operand: RuntimeValue, filter: TemplateNode, environment: Environment): RuntimeValue;
}

/**
 * What is used of `@huggingface/jinja` 0.5.11. Written out because the package's declarations import without file
 * extensions, so that they are untyped under Node's module resolution, and because they call the interpreter's methods private.
 */
interface Engine {
  tokenize(source: string): JinjaToken[];
  parse(tokens: readonly JinjaToken[]): TemplateNode;
  Environment: new (parent?: Environment) => Environment;
  Interpreter: new (environment: Environment) => JinjaInterpreter;
}

export const engine = jinja as unknown as Engine;

/**
 * The tokens of one tag, its delimiters included.
 * @param open `{{` or `{%`
 * @throws SyntaxError
 */
export function tokenizeInside(open: string, content: string): JinjaToken[] {
  // Written otherwise, tags in quoted strings stay out of the engine's search for generation tags.
  const safe = content.replace(/(?<!\\)\{%/g, "\\x7b%");
  return engine.tokenize(`${open} ${safe} ${open === "{{" ? "}}" : "%}"}`);
}

/** The engine exports no conversion but that of variables. */
const scratch = new engine.Environment();

/** A JavaScript value as one of the engine's: whole numbers become integers. */
export function runtimeValue(value: unknown): RuntimeValue {
  scratch.variables.delete("value");
  return scratch.set("value", value);
}
