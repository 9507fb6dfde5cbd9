import { analyze } from "./analyze.js";
import { spend } from "./budget.js";
import { compileCall, compileFilter } from "./compile-call.js";
import { compileExpression } from "./compile-expression.js";
import { compileFor } from "./compile-for.js";
import { compileMacro } from "./compile-macro.js";
import { JinjaSyntaxError, PythonError, typeError, valueError } from "./errors.js";
import {
  enter,
  innerFrame,
  leave,
  Output,
  reader,
  slotOf,
  type Activation,
  type Execute,
  type Frame,
} from "./frame.js";
import { Namespace } from "./namespace.js";
import type { AssignBlock, CallBlock, FilterBlock, If, Statement, Target, With } from "./nodes.js";
import { pythonStr } from "./repr.js";
import { iterate } from "./sequences.js";
import { isTrue, NO_ARGUMENTS, textOf, typeName, type Value } from "./values.js";

/** Source: jinja2/compiler.py 3.1.6, the visitors of statements. */
export function compileBody(body: readonly Statement[], frame: Frame): Execute {
  const statements = body.map((statement) => compileStatement(statement, frame));
  return (at, out) => {
    for (const statement of statements) {
      spend(1);
      const signal = statement(at, out);
      if (signal !== undefined) return signal;
    }
    return undefined;
  };
}

function compileStatement(node: Statement, frame: Frame): Execute {
  switch (node.type) {
    case "Text": {
      const { text } = node;
      return (_, out) => {
        out.write(text);
        return undefined;
      };
    }
    case "Output": {
      const value = compileExpression(node.value, frame);
      return (at, out) => {
        out.write(pythonStr(value(at)));
        return undefined;
      };
    }
    case "Assign": {
      const check = checkNamespaces(node.target, frame);
      const value = compileExpression(node.value, frame);
      const assign = compileTarget(node.target, frame);
      return (at) => {
        check(at);
        assign(at, value(at));
        return undefined;
      };
    }
    case "Break":
    case "Continue": {
      const signal = node.type === "Break" ? "break" : "continue";
      if (!frame.isInLoop) throw new JinjaSyntaxError(`'${signal}' outside loop`);
      return () => signal;
    }
    case "If":
      return compileIf(node, frame);
    case "For":
      return compileFor(node, frame);
    case "With":
      return compileWith(node, frame);
    case "FilterBlock":
      return compileFilterBlock(node, frame);
    case "AssignBlock":
      return compileAssignBlock(node, frame);
    case "CallBlock":
      return compileCallBlock(node, frame);
    case "Macro": {
      const make = compileMacro(node.name, node, frame);
      const slot = slotOf(node.name, frame);
      return (at) => {
        at.slots[slot] = make(at);
        return undefined;
      };
    }
  }
}

/** What assigns a value to a name, an attribute of a namespace, or several of them. */
export function compileTarget(target: Target, frame: Frame): (at: Activation, value: Value) => void {
  switch (target.type) {
    case "Name": {
      const slot = slotOf(target.name, frame);
      return (at, value) => {
        at.slots[slot] = value;
      };
    }
    case "NamespaceTarget": {
      const read = reader(target.name, frame);
      return (at, value) => {
        const namespace = read(at);
        if (namespace instanceof Namespace) namespace.set(target.attribute, value);
      };
    }
    case "Tuple": {
      const items = target.items.map((item) => compileTarget(item as Target, frame));
      return (at, value) => {
        const values: Value[] = [];
        for (const item of iterate(value)) {
          values.push(item);
          if (values.length > items.length) break;
        }
        if (values.length !== items.length) throw valueError(`expected ${items.length} values to unpack`);
        items.forEach((assign, index) => {
          assign(at, values[index] ?? null);
        });
      };
    }
  }
}

/** Jinja2 looks before it evaluates what is assigned. */
function checkNamespaces(target: Target, frame: Frame): (at: Activation) => void {
  if (target.type === "Tuple") {
    const checks = target.items.map((item) => checkNamespaces(item as Target, frame));
    return (at) => {
      for (const check of checks) check(at);
    };
  }
  if (target.type === "Name") return () => undefined;
  const read = reader(target.name, frame);
  return (at) => {
    if (read(at) instanceof Namespace) return;
    throw new PythonError("RuntimeError", "cannot assign attribute on non-namespace object");
  };
}

function compileIf(node: If, frame: Frame): Execute {
  const soft = { ...frame, isSoft: true };
  const branches = [node, ...node.elifs].map(({ test, body }) => ({
    test: compileExpression(test, soft),
    body: compileBody(body, soft),
  }));
  const otherwise = compileBody(node.otherwise, soft);
  return (at, out) => {
    for (const { test, body } of branches) if (isTrue(test(at))) return body(at, out);
    return otherwise(at, out);
  };
}

function compileWith(node: With, frame: Frame): Execute {
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
function compileFilterBlock(node: FilterBlock, frame: Frame): Execute {
  const inner = innerFrame(frame);
  analyze([...node.body, node.filter], inner.symbols);
  let text = "";
  const body = compileBody(node.body, inner);
  const filter = compileFilter(node.filter, inner, () => text);
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

function compileAssignBlock(node: AssignBlock, frame: Frame): Execute {
  const inner = innerFrame(frame);
  analyze(node.body, inner.symbols);
  let text = "";
  const check = checkNamespaces(node.target, frame);
  const body = compileBody(node.body, inner);
  const value = node.filter === null ? (): Value => text : compileFilter(node.filter, inner, () => text);
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

function compileCallBlock(node: CallBlock, frame: Frame): Execute {
  const caller = compileMacro(null, node, frame);
  if (node.call === null) {
    return (at, out) => {
      out.write(blockText(caller(at).call(NO_ARGUMENTS)));
      return undefined;
    };
  }
  const call = compileCall(node.call, frame, { name: "caller", value: caller });
  return (at, out) => {
    out.write(blockText(call(at)));
    return undefined;
  };
}
