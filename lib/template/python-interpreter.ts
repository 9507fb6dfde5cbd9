import {
  engine,
  runtimeValue,
  type Environment,
  type RuntimeValue,
  type TemplateNode,
} from "./jinja-engine.js";
import { FILTERS, METHODS } from "./python-filters.js";
import { sliceIndices } from "./python-string.js";
import { isNumeric, pythonEquals, pythonStr } from "./python-values.js";

/** Statements that print nothing, whatever the engine makes them give. */
const SILENT: ReadonlySet<string> = new Set(["Set", "Macro", "Comment"]);

/** Attributes that the engine gives to values and Python does not. */
const FOREIGN_ATTRIBUTES: Readonly<Record<string, string>> = {
  StringValue: "length",
  ArrayValue: "length",
  TupleValue: "length",
  ObjectValue: "dictsort",
};

/**
 * Runs templates as Jinja2 does, where `@huggingface/jinja` 0.5.11 behaves otherwise: what is printed, equality, membership,
 * division, code points of strings, attributes of undefined values, tests, filters, methods of strings, names in macros.
 * Source: jinja2 3.1.6 and CPython 3.11, compared by rendering.
 */
export class PythonInterpreter extends engine.Interpreter {
  override evaluate(node: TemplateNode | undefined, environment: Environment): RuntimeValue {
    // An operand that has been evaluated already, on its way to the engine's own method.
    return node?.type === "Evaluated" ? (node["result"] as RuntimeValue) : super.evaluate(node, environment);
  }

  override evaluateBlock(statements: readonly TemplateNode[], environment: Environment): RuntimeValue {
    let text = "";
    for (const statement of statements) {
      const value = this.evaluate(statement, environment);
      if (!SILENT.has(statement.type)) text += pythonStr(value);
    }
    return runtimeValue(text);
  }

  override evaluateBinaryExpression(node: TemplateNode, environment: Environment): RuntimeValue {
    const operator = (node["operator"] as { value: string }).value;
    // The right side may never be reached.
    if (operator === "and" || operator === "or") return super.evaluateBinaryExpression(node, environment);
    const left = this.evaluate(node["left"] as TemplateNode, environment);
    const right = this.evaluate(node["right"] as TemplateNode, environment);
    const result = binary(operator, left, right);
    if (result !== undefined) return runtimeValue(result);
    return super.evaluateBinaryExpression(
      { ...node, left: evaluated(left), right: evaluated(right) },
      environment,
    );
  }

  override evaluateMemberExpression(node: TemplateNode, environment: Environment): RuntimeValue {
    const object = this.evaluate(node["object"] as TemplateNode, environment);
    if (object.type === "UndefinedValue") throw new Error("it asks an undefined value for an attribute");
    const property = node["property"] as TemplateNode;
    if (node["computed"] === true && property.type === "SliceExpression") {
      return this.#slice(object, property, environment);
    }
    const key = node["computed"] === true ? this.evaluate(property, environment) : undefined;
    if (object.type === "StringValue" && key?.type === "IntegerValue") {
      return runtimeValue(Array.from(object.value as string).at(key.value as number));
    }
    const name = key === undefined ? property["value"] : key.value;
    if (name === FOREIGN_ATTRIBUTES[object.type]) return runtimeValue(undefined);
    const value = super.evaluateMemberExpression(
      { ...node, object: evaluated(object), property: key === undefined ? property : evaluated(key) },
      environment,
    );
    const isLoop = (node["object"] as TemplateNode)["value"] === "loop";
    if (isLoop && value.type === "UndefinedValue" && !["previtem", "nextitem"].includes(String(name))) {
      throw new Error(`it uses loop.${String(name)}, which is not supported`);
    }
    return value;
  }

  override evaluateTestExpression(node: TemplateNode, environment: Environment): RuntimeValue {
    const operand = this.evaluate(node["operand"] as TemplateNode, environment);
    const passes = test((node["test"] as { value: string }).value, operand);
    if (passes !== undefined) return runtimeValue(passes !== (node["negate"] === true));
    return super.evaluateTestExpression({ ...node, operand: evaluated(operand) }, environment);
  }

  override applyFilter(operand: RuntimeValue, filter: TemplateNode, environment: Environment): RuntimeValue {
    const isCall = filter.type === "CallExpression";
    const name = String((isCall ? (filter["callee"] as TemplateNode) : filter)["value"]);
    const args = isCall ? (filter["args"] as TemplateNode[]) : [];
    const adapted = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (adapted === undefined) return super.applyFilter(operand, filter, environment);
    const [positional, named] = this.evaluateArguments(args, environment);
    return adapted(operand, { positional, named }) ?? super.applyFilter(operand, filter, environment);
  }

  override evaluateCallExpression(node: TemplateNode, environment: Environment): RuntimeValue {
    const callee = node["callee"] as TemplateNode;
    if (callee.type !== "MemberExpression" || callee["computed"] === true) {
      return super.evaluateCallExpression(node, environment);
    }
    const object = this.evaluate(callee["object"] as TemplateNode, environment);
    const name = String((callee["property"] as TemplateNode)["value"]);
    const method = object.type === "StringValue" && Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (method !== undefined) {
      const [positional, named] = this.evaluateArguments(node["args"] as TemplateNode[], environment);
      const result = method(object.value as string, { positional, named });
      if (result !== undefined) return result;
    }
    return super.evaluateCallExpression(
      { ...node, callee: { ...callee, object: evaluated(object) } },
      environment,
    );
  }

  /** A macro sees the names of the place where it is written; the engine gives it those of its caller. */
  override evaluateMacro(node: TemplateNode, environment: Environment): RuntimeValue {
    const result = super.evaluateMacro(node, environment);
    const macro = environment.lookupVariable((node["name"] as { value: string }).value);
    const call = macro.value as (args: RuntimeValue[], scope: Environment) => RuntimeValue;
    macro.value = (args: RuntimeValue[], scope: Environment): RuntimeValue => {
      const own = new engine.Environment(environment);
      const caller = scope.variables.get("caller");
      if (caller !== undefined) own.setVariable("caller", caller);
      return call(args, own);
    };
    return result;
  }

  #slice(object: RuntimeValue, node: TemplateNode, environment: Environment): RuntimeValue {
    const [start, stop, step] = ["start", "stop", "step"].map((field) => {
      const { type, value } = this.evaluate(node[field] as TemplateNode | undefined, environment);
      if (type === "UndefinedValue" || type === "NullValue") return undefined;
      if (type !== "IntegerValue") throw new Error("it slices at something that is no whole number");
      return value as number;
    });
    if (object.type === "StringValue") {
      const characters = Array.from(object.value as string);
      const indices = sliceIndices(characters.length, start, stop, step);
      return runtimeValue(indices.map((index) => characters[index]).join(""));
    }
    if (object.type !== "ArrayValue" && object.type !== "TupleValue") {
      throw new Error("it slices a value that is no list or text");
    }
    const items = object.value as RuntimeValue[];
    const indices = sliceIndices(items.length, start, stop, step);
    return this.evaluate(
      { type: "ArrayLiteral", value: indices.map((index) => evaluated(items[index])) },
      environment,
    );
  }
}

function evaluated(result: RuntimeValue | undefined): TemplateNode {
  return { type: "Evaluated", result };
}

/** @returns undefined where the engine agrees with Python */
function binary(
  operator: string,
  left: RuntimeValue,
  right: RuntimeValue,
): boolean | number | string | undefined {
  switch (operator) {
    case "==":
      return pythonEquals(left, right);
    case "!=":
      return !pythonEquals(left, right);
    case "in":
      return isIn(left, right);
    case "not in":
      return !isIn(left, right);
    case "~":
      return pythonStr(left) + pythonStr(right);
    case "+":
      if ((left.type === "StringValue") !== (right.type === "StringValue")) {
        throw new Error("it adds a text and something else");
      }
      return undefined;
    case "/":
    case "//":
    case "%":
      if (isNumeric(right) && Number(right.value) === 0) throw new Error("it divides by zero");
      if (operator !== "%" || !isNumeric(left) || !isNumeric(right)) return undefined;
      if (left.type !== "IntegerValue" || right.type !== "IntegerValue") {
        throw new Error("it takes a remainder of numbers that are not whole");
      }
      return modulo(left.value as number, right.value as number);
    default:
      return undefined;
  }
}

/** The remainder has the divisor's sign. */
function modulo(left: number, right: number): number {
  return (((left % right) + right) % right) + 0;
}

function isIn(item: RuntimeValue, container: RuntimeValue): boolean {
  switch (container.type) {
    case "ArrayValue":
    case "TupleValue":
      return (container.value as RuntimeValue[]).some((other) => pythonEquals(item, other));
    case "ObjectValue":
      return item.type === "StringValue" && (container.value as Map<unknown, unknown>).has(item.value);
    case "UndefinedValue":
      return false;
    case "StringValue":
      if (item.type === "StringValue") return (container.value as string).includes(item.value as string);
  }
  throw new Error("it looks for a value in something that cannot hold it");
}

/** @returns undefined where the engine agrees with Jinja2 */
function test(name: string, { type, value }: RuntimeValue): boolean | undefined {
  switch (name) {
    case "number":
      return isNumeric({ type } as RuntimeValue);
    case "iterable":
    case "sequence":
      return ["ArrayValue", "TupleValue", "ObjectValue", "StringValue", "UndefinedValue"].includes(type);
    case "callable":
      return type === "FunctionValue" || type === "UndefinedValue";
    case "lower":
    case "upper": {
      if (type !== "StringValue") return undefined;
      const text = value as string;
      const isCased = /\p{Cased}/u.test(text);
      return isCased && text === (name === "lower" ? text.toLowerCase() : text.toUpperCase());
    }
    default:
      return undefined;
  }
}
