import { getAttribute, getItem, slice } from "./attributes.js";
import { concatenate, spend } from "./budget.js";
import { contains, equals, inOrder } from "./compare.js";
import { compileCall, compileFilter, compileTest } from "./compile-call.js";
import { Dict } from "./dict.js";
import { JinjaSyntaxError } from "./errors.js";
import { reader, type Evaluate, type Frame } from "./frame.js";
import type { Comparison, Expression, Slice } from "./nodes.js";
import { sign } from "./numbers.js";
import { binary } from "./operators.js";
import { pythonStr } from "./repr.js";
import { Tuple } from "./sequences.js";
import { isTrue, Undefined, type Value } from "./values.js";

/** Source: jinja2/compiler.py 3.1.6, the visitors of expressions. */
export function compileExpression(node: Expression, frame: Frame): Evaluate {
  switch (node.type) {
    case "Constant": {
      const { value } = node;
      return () => value;
    }
    case "Name": {
      const { name } = node;
      const read = reader(name, frame);
      return (at) => {
        spend(1);
        const value = read(at);
        return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
      };
    }
    case "Tuple": {
      const items = compileAll(node.items, frame);
      return (at) => new Tuple(items(at));
    }
    case "List":
      return compileAll(node.items, frame);
    case "Dict": {
      const keys = compileAll(
        node.entries.map(({ key }) => key),
        frame,
      );
      const values = node.entries.map(({ value }) => compileExpression(value, frame));
      return (at) => new Dict(keys(at).map((key, index) => [key, values[index]?.(at) ?? null]));
    }
    case "Conditional": {
      const soft = { ...frame, isSoft: true };
      const test = compileExpression(node.test, soft);
      const then = compileExpression(node.then, soft);
      const otherwise =
        node.otherwise === null
          ? (): Value =>
              new Undefined("the inline if-expression evaluated to false and no else section was defined.")
          : compileExpression(node.otherwise, soft);
      return (at) => (isTrue(test(at)) ? then(at) : otherwise(at));
    }
    case "Logical": {
      const [left, right] = [compileExpression(node.left, frame), compileExpression(node.right, frame)];
      const stopsAt = node.operator === "or";
      return (at) => {
        const value = left(at);
        return isTrue(value) === stopsAt ? value : right(at);
      };
    }
    case "Binary": {
      const { operator } = node;
      const [left, right] = [compileExpression(node.left, frame), compileExpression(node.right, frame)];
      return (at) => {
        spend(1);
        const first = left(at);
        return binary(operator, first, right(at));
      };
    }
    case "Not": {
      const operand = compileExpression(node.operand, frame);
      return (at) => !isTrue(operand(at));
    }
    case "Sign": {
      const { operator } = node;
      const operand = compileExpression(node.operand, frame);
      return (at) => {
        const value = operand(at);
        if (value instanceof Undefined) value.fail();
        return sign(operator, value);
      };
    }
    case "Concat": {
      const items = compileAll(node.items, frame);
      return (at) => concatenate(items(at).map(pythonStr));
    }
    case "Compare":
      return compileCompare(node.first, node.rest, frame);
    case "Attribute": {
      const { name } = node;
      const object = compileExpression(node.object, frame);
      return (at) => {
        spend(1);
        return getAttribute(object(at), name);
      };
    }
    case "Item":
      return compileItem(node.object, node.key, frame);
    case "Call":
      return compileCall(node, frame, compileExpression);
    case "Filter":
      return compileFilter(node, frame, compileExpression);
    case "Test":
      return compileTest(node, frame, compileExpression);
    case "NamespaceTarget":
      throw new JinjaSyntaxError("an attribute of a namespace is no expression");
  }
}

/** Evaluates in order. */
export function compileAll(
  nodes: readonly Expression[],
  frame: Frame,
): (at: Parameters<Evaluate>[0]) => Value[] {
  const items = nodes.map((node) => compileExpression(node, frame));
  return (at) => {
    spend(items.length);
    return items.map((item) => item(at));
  };
}

function compileCompare(
  firstNode: Expression,
  restNodes: readonly { operator: Comparison; operand: Expression }[],
  frame: Frame,
): Evaluate {
  const first = compileExpression(firstNode, frame);
  const rest = restNodes.map(({ operator, operand }) => ({
    operator,
    operand: compileExpression(operand, frame),
  }));
  return (at) => {
    let left = first(at);
    for (const { operator, operand } of rest) {
      const right = operand(at);
      if (!compare(operator, left, right)) return false;
      left = right;
    }
    return true;
  };
}

function compare(operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case "==":
      return equals(left, right);
    case "!=":
      return !equals(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    default:
      return inOrder(operator, left, right);
  }
}

function compileItem(objectNode: Expression, key: Expression | Slice, frame: Frame): Evaluate {
  const object = compileExpression(objectNode, frame);
  if (key.type !== "Slice") {
    const index = compileExpression(key, frame);
    return (at) => {
      spend(1);
      const value = object(at);
      return getItem(value, index(at));
    };
  }
  const bound = (node: Expression | null): Evaluate =>
    node === null ? () => null : compileExpression(node, frame);
  const [start, stop, step] = [bound(key.start), bound(key.stop), bound(key.step)];
  return (at) => {
    spend(1);
    const value = object(at);
    const [from, to] = [start(at), stop(at)];
    return slice(value, from, to, step(at));
  };
}
