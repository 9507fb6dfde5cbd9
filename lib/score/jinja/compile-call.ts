import { spend, spendReading } from "./budget.js";
import { Dict } from "./dict.js";
import { JinjaSyntaxError, PythonError, typeError } from "./errors.js";
import { findFilter, findTest } from "./filters.js";
import type { Activation, CompileExpression, Evaluate, Frame } from "./frame.js";
import type { Call, CallArguments, Expression, FilterNode } from "./nodes.js";
import { iterate } from "./sequences.js";
import { NO_ARGUMENTS, PythonObject, typeName, type Arguments, type Value } from "./values.js";

/** @param extra further named arguments, evaluated last */
export function compileCall(
  node: Call,
  frame: Frame,
  compile: CompileExpression,
  extra?: { name: string; value: Evaluate },
): Evaluate {
  const callee = compile(node.callee, frame);
  const args = compileArguments(node, frame, compile, extra);
  return (at) => {
    spend(1);
    const called = callee(at);
    const given = args(at);
    if (!(called instanceof PythonObject)) throw typeError(`'${typeName(called)}' object is not callable`);
    return called.call(given);
  };
}

/** @param block the text that a filter of a block is applied to */
export function compileFilter(
  node: FilterNode,
  frame: Frame,
  compile: CompileExpression,
  block?: () => Value,
): Evaluate {
  const operand = compileOperand(node.operand, frame, compile, block);
  const args = compileArguments(node, frame, compile);
  const filter = findFilter(node.name) ?? unknown("filter", node.name, frame);
  return (at) => {
    spend(1);
    const value = operand(at);
    spendReading(value);
    return filter(value, args(at));
  };
}

function compileOperand(
  node: Expression | null,
  frame: Frame,
  compile: CompileExpression,
  block?: () => Value,
): Evaluate {
  if (node === null) return block ?? unknown("filter", "without a text", frame);
  return node.type === "Filter" ? compileFilter(node, frame, compile, block) : compile(node, frame);
}

export function compileTest(
  node: Extract<Expression, { type: "Test" }>,
  frame: Frame,
  compile: CompileExpression,
): Evaluate {
  const operand = compile(node.operand, frame);
  const args = compileArguments(node, frame, compile);
  const test = findTest(node.name) ?? unknown("test", node.name, frame);
  return (at) => {
    spend(1);
    const value = operand(at);
    spendReading(value);
    return test(value, args(at));
  };
}

/** In a branch, an unknown filter or test fails when it is reached; elsewhere, the template cannot be compiled. */
function unknown(kind: "filter" | "test", name: string, { isSoft }: Frame): () => never {
  const message = `No ${kind} named '${name}'`;
  if (!isSoft) throw new JinjaSyntaxError(message);
  return () => {
    throw new PythonError("RuntimeError", message);
  };
}

function compileArguments(
  { args, named, moreArgs, moreNamed }: CallArguments,
  frame: Frame,
  compile: CompileExpression,
  extra?: { name: string; value: Evaluate },
): (at: Activation) => Arguments {
  const positional = args.map((node) => compile(node, frame));
  const keywords = named.map(({ name, value }) => ({ name, value: compile(value, frame) }));
  if (extra !== undefined) keywords.push(extra);
  const more = moreArgs === null ? undefined : compile(moreArgs, frame);
  const moreKeywords = moreNamed === null ? undefined : compile(moreNamed, frame);
  if (positional.length + keywords.length === 0 && more === undefined && moreKeywords === undefined) {
    return () => NO_ARGUMENTS;
  }
  return (at) => {
    const values = positional.map((argument) => argument(at));
    const byName = new Map<string, Value>();
    for (const { name, value } of keywords) add(byName, name, value(at));
    const all = more === undefined ? values : values.concat([...iterate(more(at))]);
    if (moreKeywords !== undefined) addAll(byName, moreKeywords(at));
    return { positional: all, named: byName };
  };
}

function add(named: Map<string, Value>, name: string, value: Value): void {
  if (named.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
  named.set(name, value);
}

function addAll(named: Map<string, Value>, values: Value): void {
  if (!(values instanceof Dict)) throw typeError("argument after ** must be a mapping");
  for (const [name, value] of values.entries()) {
    if (typeof name !== "string") throw typeError("keywords must be strings");
    add(named, name, value);
  }
}
