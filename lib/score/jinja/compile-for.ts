import { analyze, assigns, declareTarget, findUndeclared } from "./analyze.js";
import { spend } from "./budget.js";
import { compileTarget } from "./compile-target.js";
import { compileExpression } from "./compile-expression.js";
import { JinjaSyntaxError } from "./errors.js";
import {
  enter,
  innerFrame,
  leave,
  newActivation,
  Output,
  type Activation,
  type CompileBody,
  type Execute,
  type Frame,
  type Signal,
} from "./frame.js";
import { LoopContext, type Recurse } from "./loop-context.js";
import type { For } from "./nodes.js";
import { iterate, iteratorFor, PythonIterator } from "./sequences.js";
import { FunctionScope } from "./symbols.js";
import { isTrue, type Value } from "./values.js";

/** Source: jinja2/compiler.py 3.1.6, `visit_For`. */
export function compileFor(node: For, frame: Frame, compileBody: CompileBody): Execute {
  if (assigns(node, "loop"))
    throw new JinjaSyntaxError("Can't assign to special loop variable in for-loop target");
  const iterable = compileExpression(node.iterable, frame);
  const filter = compileLoopFilter(node, frame);
  if (!node.isRecursive) {
    const run = compileIterations(node, frame, frame.symbols.scope, compileBody);
    return (at, out) => run(at, out, filter(iterable(at), at), undefined, 0);
  }
  const scope = new FunctionScope(frame.symbols.scope);
  const run = compileIterations(node, frame, scope, compileBody);
  return (at, out) => {
    const recurse: Recurse = (items, depth0) => {
      const buffer = new Output();
      run(newActivation(scope, at), buffer, filter(items, at), recurse, depth0);
      return buffer.text;
    };
    out.write(recurse(iterable(at), 0));
    return undefined;
  };
}

type Run = (
  at: Activation,
  out: Output,
  items: Value,
  recurse: Recurse | undefined,
  depth0: number,
) => Signal;

function compileIterations(node: For, frame: Frame, scope: FunctionScope, compileBody: CompileBody): Run {
  const inner = { ...innerFrame(frame, scope), isInLoop: true };
  const usesLoop = node.isRecursive || findUndeclared(node.body, ["loop"]).has("loop");
  const loopSlot = usesLoop ? inner.symbols.declareParameter("loop").slot : undefined;
  declareTarget(node.target, inner.symbols);
  analyze(node.body, inner.symbols);
  const otherwise = compileElse(node, innerFrame(frame, scope), compileBody);
  const assign = compileTarget(node.target, inner);
  const body = compileBody(node.body, inner);
  const [entering, leaving] = [enter(inner), leave(inner)];
  return (at, out, items, recurse, depth0) => {
    const next = usesLoop ? loopWith(items, recurse, depth0, at, loopSlot) : iteration(items);
    // As in Jinja2, an iteration that a `break` or `continue` ends does not count for `else`.
    let hasFinishedOne = false;
    for (let item = next(); item !== undefined; item = next()) {
      spend(1);
      assign(at, item);
      entering(at);
      const signal = body(at, out);
      if (signal === "break") break;
      hasFinishedOne ||= signal === undefined;
    }
    leaving(at);
    return hasFinishedOne ? undefined : otherwise(at, out);
  };
}

function compileElse(node: For, inner: Frame, compileBody: CompileBody): Execute {
  if (node.otherwise.length === 0) return () => undefined;
  analyze(node.otherwise, inner.symbols);
  const body = compileBody(node.otherwise, inner);
  const [entering, leaving] = [enter(inner), leave(inner)];
  return (at, out) => {
    entering(at);
    const signal = body(at, out);
    leaving(at);
    return signal;
  };
}

function iteration(items: Value): () => Value | undefined {
  const iterator = iteratorFor(items);
  return () => {
    const next = iterator.next();
    return next.done === true ? undefined : next.value;
  };
}

function loopWith(
  items: Value,
  recurse: Recurse | undefined,
  depth0: number,
  at: Activation,
  slot: number | undefined,
): () => Value | undefined {
  const loop = new LoopContext(items, recurse, depth0);
  if (slot !== undefined) at.slots[slot] = loop;
  return () => loop.next();
}

/** The items that a loop's `if` lets through, looked at one by one while the loop goes on. */
function compileLoopFilter(node: For, frame: Frame): (items: Value, at: Activation) => Value {
  if (node.filter === null) return (items) => items;
  const scope = new FunctionScope(frame.symbols.scope);
  const inner = innerFrame(frame, scope);
  declareTarget(node.target, inner.symbols);
  analyze([node.filter], inner.symbols);
  const assign = compileTarget(node.target, inner);
  const test = compileExpression(node.filter, inner);
  const entering = enter(inner);
  return (items, at) => {
    const own = newActivation(scope, at);
    const filtered = function* (): Generator<Value, undefined> {
      entering(own);
      for (const item of iterate(items)) {
        assign(own, item);
        if (isTrue(test(own))) yield item;
      }
    };
    return new PythonIterator(filtered());
  };
}
