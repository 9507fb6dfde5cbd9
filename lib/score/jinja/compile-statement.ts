import { spend } from "./budget.js";
import { compileExpression } from "./compile-expression.js";
import { compileFor } from "./compile-for.js";
import { compileMacro } from "./compile-macro.js";
import { JinjaSyntaxError } from "./errors.js";
import { slotOf, type Execute, type Frame } from "./frame.js";
import type { If, Statement } from "./nodes.js";
import { pythonStr } from "./repr.js";
import { isTrue } from "./values.js";
import { compileTarget, checkNamespaces } from "./compile-target.js";
import { compileWith, compileFilterBlock, compileAssignBlock, compileCallBlock } from "./compile-block.js";

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
      return compileFor(node, frame, compileBody);
    case "With":
      return compileWith(node, frame, compileBody);
    case "FilterBlock":
      return compileFilterBlock(node, frame, compileBody);
    case "AssignBlock":
      return compileAssignBlock(node, frame, compileBody);
    case "CallBlock":
      return compileCallBlock(node, frame, compileBody);
    case "Macro": {
      const make = compileMacro(node.name, node, frame, compileBody);
      const slot = slotOf(node.name, frame);
      return (at) => {
        at.slots[slot] = make(at);
        return undefined;
      };
    }
  }
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
