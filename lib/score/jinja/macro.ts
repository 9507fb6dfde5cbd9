import { typeError } from "./errors.js";
import { Dict } from "./dict.js";
import { Tuple } from "./sequences.js";
import { PythonObject, Undefined, type Arguments, type Value } from "./values.js";

/** What is known of a macro or a call block before it runs. */
export interface MacroSignature {
  /** Null for a call block. */
  name: string | null;
  parameters: readonly string[];
  /** Whether the body uses `caller`, `kwargs` and `varargs` without having them as parameters. */
  usesCaller: boolean;
  usesKwargs: boolean;
  usesVarargs: boolean;
  /** Whether `caller` is a parameter. */
  hasExplicitCaller: boolean;
}

/** Renders the body. @param values in the order of the parameters, undefined for those left out; then the special ones */
export type MacroBody = (values: readonly (Value | undefined)[]) => string;

/** Source: jinja2/runtime.py 3.1.6, `Macro`. */
export class Macro extends PythonObject {
  readonly typeName = "Macro";
  override readonly isCallable = true;
  readonly #signature: MacroSignature;
  readonly #body: MacroBody;

  constructor(signature: MacroSignature, body: MacroBody) {
    super();
    this.#signature = signature;
    this.#body = body;
  }

  override attribute(name: string): Value | undefined {
    const signature = this.#signature;
    switch (name) {
      case "name":
        return signature.name;
      case "arguments":
        return new Tuple(signature.parameters);
      case "catch_kwargs":
        return signature.usesKwargs;
      case "catch_varargs":
        return signature.usesVarargs;
      case "caller":
        return signature.usesCaller;
      case "explicit_caller":
        return signature.hasExplicitCaller;
      default:
        return undefined;
    }
  }

  override call(args: Arguments): Value {
    const { parameters, usesCaller, usesKwargs, usesVarargs, hasExplicitCaller } = this.#signature;
    const named = new Map(args.named);
    const take = (name: string): Value | undefined => {
      const value = named.get(name);
      named.delete(name);
      return value;
    };
    const values: (Value | undefined)[] = args.positional.slice(0, parameters.length);
    let foundCaller = values.length === parameters.length && hasExplicitCaller;
    for (const name of parameters.slice(values.length)) {
      values.push(take(name));
      if (name === "caller") foundCaller = true;
    }
    if (usesCaller && !foundCaller) values.push(take("caller") ?? new Undefined("No caller defined"));
    if (usesKwargs) values.push(new Dict(named));
    else if (named.size > 0) {
      const [first = ""] = named.keys();
      throw typeError(`macro '${this.#signature.name ?? ""}' takes no keyword argument '${first}'`);
    }
    if (usesVarargs) values.push(new Tuple(args.positional.slice(parameters.length)));
    else if (args.positional.length > parameters.length) {
      throw typeError(
        `macro '${this.#signature.name ?? ""}' takes not more than ${parameters.length} argument(s)`,
      );
    }
    return this.#body(values);
  }
}
