import { typeError, UnsupportedError } from "./errors.js";
import { PythonObject, type Arguments, type Value } from "./values.js";

/** A function of the template's globals, or a method bound to its value. */
export class PythonFunction extends PythonObject {
  readonly typeName = "function";
  override readonly isCallable = true;
  readonly #name: string;
  readonly #call: (args: Arguments) => Value;

  constructor(name: string, call: (args: Arguments) => Value) {
    super();
    this.#name = name;
    this.#call = call;
  }

  override call(args: Arguments): Value {
    return this.#call(args);
  }

  override repr(): never {
    throw new UnsupportedError(`it prints the function ${this.#name}`);
  }
}

/** Parameters of a function: names, in order, with a `?` behind those that may be left out. */
export type Parameters = readonly string[];

/**
 * The arguments in the order of the parameters; undefined for those left out.
 * @throws PythonError TypeError, as Python's calls do
 */
export function bind(
  name: string,
  parameters: Parameters,
  { positional, named }: Arguments,
): (Value | undefined)[] {
  if (positional.length > parameters.length) {
    throw typeError(`${name}() takes ${parameters.length} arguments but ${positional.length} were given`);
  }
  const names = parameters.map((parameter) => parameter.replace("?", ""));
  const bound: (Value | undefined)[] = [...positional];
  for (const [key, value] of named) {
    const index = names.indexOf(key);
    if (index < 0) throw typeError(`${name}() got an unexpected keyword argument '${key}'`);
    if (index < positional.length) throw typeError(`${name}() got multiple values for argument '${key}'`);
    bound[index] = value;
  }
  const missing = parameters.findIndex(
    (parameter, index) => !parameter.endsWith("?") && bound[index] === undefined,
  );
  if (missing >= 0) throw typeError(`${name}() missing argument '${names[missing] ?? ""}'`);
  return bound;
}

/** As {@link bind}, for functions written in C that take their arguments by place only. */
export function bindPositional(name: string, parameters: Parameters, args: Arguments): (Value | undefined)[] {
  if (args.named.size > 0) throw typeError(`${name}() takes no keyword arguments`);
  return bind(name, parameters, args);
}
