import { bind, bindPositional, type Parameters } from "./callables.js";
import { contains, equals, inOrder, type OrderOperator } from "./compare.js";
import { Dict } from "./dict.js";
import { isAllCase } from "./letter-case.js";
import { UnsupportedError } from "./errors.js";
import { isInt, isNumber } from "./numbers.js";
import { binary } from "./operators.js";
import { pythonStr } from "./repr.js";
import { isIterable, Range, Tuple } from "./sequences.js";
import { Markup, PythonObject, textOf, Undefined, type Arguments, type Value } from "./values.js";

/** A test, `value is name(arguments)`. Source: jinja2/tests.py 3.1.6. */
export type Test = (value: Value, args: Arguments) => boolean;

function test(name: string, parameters: Parameters, work: (value: Value, argument?: Value) => boolean): Test {
  return (value, args) => work(value, bind(name, parameters, args)[0]);
}

const ordering =
  (operator: OrderOperator): Test =>
  (value, args) => {
    const [other = null] = bindPositional(operator, ["other"], args);
    return inOrder(operator, value, other);
  };

const equal: Test = (value, args) => equals(value, bindPositional("eq", ["other"], args)[0] ?? null);
const unequal: Test = (value, args) => !equal(value, args);

const remainderIs = (value: Value, divisor: Value, remainder: bigint): boolean =>
  equals(binary("%", value, divisor), remainder);

export const TESTS: Readonly<Record<string, Test>> = {
  boolean: test("boolean", [], (value) => typeof value === "boolean"),
  callable: (value, args) => {
    bindPositional("callable", [], args);
    return value instanceof PythonObject && value.isCallable;
  },
  defined: test("defined", [], (value) => !(value instanceof Undefined)),
  divisibleby: test("divisibleby", ["num"], (value, divisor = null) => remainderIs(value, divisor, 0n)),
  escaped: test("escaped", [], (value) => value instanceof Markup),
  even: test("even", [], (value) => remainderIs(value, 2n, 0n)),
  false: test("false", [], (value) => value === false),
  float: test("float", [], (value) => typeof value === "number"),
  in: test("in", ["seq"], (value, container = null) => contains(container, value)),
  integer: test("integer", [], (value) => typeof value === "bigint"),
  iterable: test("iterable", [], (value) => textOf(value) !== undefined || isIterable(value)),
  lower: test("lower", [], (value) => isAllCase(pythonStr(value), "lower")),
  mapping: test("mapping", [], (value) => value instanceof Dict),
  none: test("none", [], (value) => value === null),
  number: test("number", [], isNumber),
  odd: test("odd", [], (value) => remainderIs(value, 2n, 1n)),
  sameas: test("sameas", ["other"], (value, other = null) => isSame(value, other)),
  sequence: test(
    "sequence",
    [],
    (value) =>
      textOf(value) !== undefined ||
      Array.isArray(value) ||
      value instanceof Tuple ||
      value instanceof Dict ||
      value instanceof Range ||
      value instanceof Undefined,
  ),
  string: test("string", [], (value) => textOf(value) !== undefined),
  true: test("true", [], (value) => value === true),
  undefined: test("undefined", [], (value) => value instanceof Undefined),
  upper: test("upper", [], (value) => isAllCase(pythonStr(value), "upper")),
  "==": equal,
  eq: equal,
  equalto: equal,
  "!=": unequal,
  ne: unequal,
  ">": ordering(">"),
  gt: ordering(">"),
  greaterthan: ordering(">"),
  ">=": ordering(">="),
  ge: ordering(">="),
  "<": ordering("<"),
  lt: ordering("<"),
  lessthan: ordering("<"),
  "<=": ordering("<="),
  le: ordering("<="),
};

/** `a is b`. @throws UnsupportedError where it depends on which objects CPython happens to share */
function isSame(a: Value, b: Value): boolean {
  const isShared = (value: Value): boolean => value === null || typeof value === "boolean";
  if (isShared(a) || isShared(b)) return a === b;
  if (typeof a !== typeof b || isInt(a) !== isInt(b)) return false;
  if (typeof a === "object" && !(a instanceof Tuple) && !(a instanceof Markup)) return a === b;
  if (!equals(a, b)) return false;
  throw new UnsupportedError("it asks whether two equal values are the same object");
}
