import { analyze, findUndeclared } from "./analyze.js";
import { compileExpression } from "./compile-expression.js";
import { JinjaSyntaxError } from "./errors.js";
import {
  enter,
  innerFrame,
  newActivation,
  Output,
  slotOf,
  type Activation,
  type CompileBody,
  type Frame,
} from "./frame.js";
import { Macro, type MacroSignature } from "./macro.js";
import type { CallBlock, MacroNode } from "./nodes.js";
import { FunctionScope } from "./symbols.js";
import { Undefined } from "./values.js";

const SPECIAL = ["caller", "kwargs", "varargs"] as const;

/**
 * A macro, or the `caller` of a call block. Source: jinja2/compiler.py 3.1.6, `macro_body`.
 * @param name null for a call block
 */
export function compileMacro(
  name: string | null,
  node: MacroNode | CallBlock,
  frame: Frame,
  compileBody: CompileBody,
): (at: Activation) => Macro {
  const scope = new FunctionScope(frame.symbols.scope);
  const inner = innerFrame(frame, scope);
  const parts = [...node.parameters, ...node.defaults, ...node.body];
  analyze(parts, inner.symbols);
  const signature = signatureOf(name, node);
  const special = SPECIAL.filter((word) => usesSpecial(word, signature));
  for (const word of special) inner.symbols.declareParameter(word);
  analyze(parts, inner.symbols);
  const slots = [...signature.parameters, ...special].map((parameter) => slotOf(parameter, inner));
  const defaults = defaultsOf(node, inner);
  const body = compileBody(node.body, inner);
  const entering = enter(inner);
  return (at) =>
    new Macro(signature, (values) => {
      const own = newActivation(scope, at);
      slots.forEach((slot, index) => {
        own.slots[slot] = values[index];
      });
      entering(own);
      for (const setDefault of defaults) setDefault(own);
      const out = new Output();
      body(own, out);
      return out.text;
    });
}

function signatureOf(name: string | null, node: MacroNode | CallBlock): MacroSignature {
  const parameters = node.parameters.map((parameter) => parameter.name);
  const undeclared = findUndeclared(node.body, SPECIAL);
  const callerIndex = parameters.indexOf("caller");
  const isWithoutDefault = callerIndex >= 0 && callerIndex < parameters.length - node.defaults.length;
  if (undeclared.has("caller") && isWithoutDefault) {
    throw new JinjaSyntaxError('the special "caller" argument must be omitted or be given a default');
  }
  return {
    name,
    parameters,
    usesCaller: undeclared.has("caller"),
    usesKwargs: undeclared.has("kwargs") && !parameters.includes("kwargs"),
    usesVarargs: undeclared.has("varargs") && !parameters.includes("varargs"),
    hasExplicitCaller: callerIndex >= 0,
  };
}

function usesSpecial(word: (typeof SPECIAL)[number], signature: MacroSignature): boolean {
  if (word === "caller") return signature.usesCaller && !signature.hasExplicitCaller;
  return word === "kwargs" ? signature.usesKwargs : signature.usesVarargs;
}

/** What sets the parameters that were left out, in order: a default can use those in front of it. */
function defaultsOf(
  { parameters, defaults }: MacroNode | CallBlock,
  frame: Frame,
): ((at: Activation) => void)[] {
  return parameters.map(({ name }, index) => {
    const slot = slotOf(name, frame);
    const node = defaults[index - parameters.length + defaults.length];
    const value =
      node === undefined
        ? (): Undefined => new Undefined(`parameter '${name}' was not provided`)
        : compileExpression(node, frame);
    return (at) => {
      if (at.slots[slot] === undefined) at.slots[slot] = value(at);
    };
  });
}
