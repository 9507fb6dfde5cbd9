import { analyze } from "./analyze.js";
import { compileCall, compileFilter } from "./compile-call.js";
import { compileExpression } from "./compile-expression.js";
import { compileMacro } from "./compile-macro.js";
import { JinjaSyntaxError, typeError } from "./errors.js";
import { enter, innerFrame, leave, Output, type CompileBody, type Execute, type Frame } from "./frame.js";
import type { AssignBlock, CallBlock, FilterBlock, With } from "./nodes.js";
import { NO_ARGUMENTS, textOf, typeName, type Value } from "./values.js";
import { compileTarget, checkNamespaces } from "./compile-target.js";

/** The statements that hold a block with names of its own. Source: jinja2/compiler.py 3.1.6, the visitors of the same names. */

export function compileWith(node: With, frame: Frame, compileBody: CompileBody): Execute {
  const inner = innerFrame(frame);
  analyze([...node.targets, ...node.body], inner.symbols);
  const assignments = node.targets.map((target, index) => {
    const value = node.values[index];
    if (value === undefined) throw new JinjaSyntaxError("a name without a value");
    return { assign: compileTarget(target, inner), value: compileExpression(value, frame) };
  });
  const body = compileBody(node.body, inner);
  const [entering, leaving] = [enter(inner), leave(inner)];
  return (at, out) => {
    entering(at);
    for (const { assign, value } of assignments) assign(at, value(at));
    const signal = body(at, out);
    leaving(at);
    return signal;
  };
}

/** What a `break` in it has cut off is not written, as in Jinja2. */
export function compileFilterBlock(node: FilterBlock, frame: Frame, compileBody: CompileBody): Execute {
  const inner = innerFrame(frame);
  analyze([...node.body, node.filter], inner.symbols);
  let text = "";
  const body = compileBody(node.body, inner);
  const filter = compileFilter(node.filter, inner, compileExpression, () => text);
  const [entering, leaving] = [enter(inner), leave(inner)];
  return (at, out) => {
    entering(at);
    const buffer = new Output();
    const signal = body(at, buffer);
    if (signal !== undefined) return signal;
    text = buffer.text;
    out.write(blockText(filter(at)));
    leaving(at);
    return undefined;
  };
}

export function compileAssignBlock(node: AssignBlock, frame: Frame, compileBody: CompileBody): Execute {
  const inner = innerFrame(frame);
  analyze(node.body, inner.symbols);
  let text = "";
  const check = checkNamespaces(node.target, frame);
  const body = compileBody(node.body, inner);
  const value =
    node.filter === null
      ? (): Value => text
      : compileFilter(node.filter, inner, compileExpression, () => text);
  const assign = compileTarget(node.target, frame);
  const [entering, leaving] = [enter(inner), leave(inner)];
  return (at) => {
    entering(at);
    const buffer = new Output();
    const signal = body(at, buffer);
    if (signal !== undefined) return signal;
    text = buffer.text;
    const assigned = value(at);
    check(at);
    assign(at, assigned);
    leaving(at);
    return undefined;
  };
}

/** Jinja2 joins what a block gives as it is: only texts can be written. */
function blockText(value: Value): string {
  const text = textOf(value);
  if (text === undefined) throw typeError(`expected str instance, ${typeName(value)} found`);
  return text;
}

export function compileCallBlock(node: CallBlock, frame: Frame, compileBody: CompileBody): Execute {
  const caller = compileMacro(null, node, frame, compileBody);
  if (node.call === null) {
    return (at, out) => {
      out.write(blockText(caller(at).call(NO_ARGUMENTS)));
      return undefined;
    };
  }
  const call = compileCall(node.call, frame, compileExpression, { name: "caller", value: caller });
  return (at, out) => {
    out.write(blockText(call(at)));
    return undefined;
  };
}
