import { spend, spendReading } from "./budget.js";
import { typeError, UnsupportedError } from "./errors.js";
import { Dict, DictView } from "./dict.js";
import { isNumber } from "./numbers.js";
import { iterate, Range, Tuple } from "./sequences.js";
import { compareTexts } from "./text.js";
import { PythonObject, textOf, typeName, Undefined, type Value } from "./values.js";

/** `a == b`: numbers and booleans by value, containers by what they hold, different kinds never. */
export function equals(a: Value, b: Value): boolean {
  spend(1);
  if (isNumber(a) && isNumber(b)) return Number(a) == Number(b) && mixedEquals(a, b);
  const text = textOf(a);
  if (text !== undefined) {
    const other = textOf(b);
    if (text.length === other?.length) spendReading(text);
    return text === other;
  }
  const [items, others] = [sequenceItems(a), sequenceItems(b)];
  if (items !== undefined && others !== undefined) {
    return (
      Array.isArray(a) === Array.isArray(b) &&
      items.length === others.length &&
      items.every((item, index) => identicalOrEqual(item, others[index] ?? null))
    );
  }
  if (a instanceof Dict && b instanceof Dict) return dictsEqual(a, b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof Range && b instanceof Range) {
    const count = a.length();
    return (
      count === b.length() && (count === 0 || (a.start === b.start && (count === 1 || a.step === b.step)))
    );
  }
  if (a instanceof DictView && b instanceof DictView && a !== b) {
    throw new UnsupportedError("it compares views of mappings");
  }
  // Whether two functions or bound methods are equal is nothing that a prompt depends on.
  if (a instanceof PythonObject && b instanceof PythonObject && a.isCallable && b.isCallable) {
    throw new UnsupportedError("it compares functions");
  }
  return a === b;
}

/** Python's containers take an item for equal to itself, be it not a number. */
function identicalOrEqual(a: Value, b: Value): boolean {
  return (Number.isNaN(a) && Number.isNaN(b)) || equals(a, b);
}

/** An int beyond 2^53 and a float are compared exactly. */
function mixedEquals(a: boolean | bigint | number, b: boolean | bigint | number): boolean {
  return typeof a === "boolean" || typeof b === "boolean" ? true : a == b;
}

function dictsEqual(a: Dict, b: Dict): boolean {
  if (a.length() !== b.length()) return false;
  for (const [key, item] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !identicalOrEqual(item, other)) return false;
  }
  return true;
}

function sequenceItems(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

export type OrderOperator = "<" | "<=" | ">" | ">=";

/** `a < b` and its kin. @throws PythonError TypeError for values without an order, UndefinedError */
export function inOrder(operator: OrderOperator, a: Value, b: Value): boolean {
  spend(1);
  if (a instanceof Undefined) a.fail();
  if (isNumber(a) && isNumber(b)) return ordered(operator, a, b);
  const [text, other] = [textOf(a), textOf(b)];
  if (text !== undefined && other !== undefined) {
    spendReading(text);
    return ordered(operator, compareTexts(text, other), 0);
  }
  const [items, others] = [sequenceItems(a), sequenceItems(b)];
  if (items !== undefined && others !== undefined && Array.isArray(a) === Array.isArray(b)) {
    const end = Math.min(items.length, others.length);
    for (let index = 0; index < end; index++) {
      const [item, counterpart] = [items[index] ?? null, others[index] ?? null];
      if (!identicalOrEqual(item, counterpart)) return inOrder(operator, item, counterpart);
    }
    return ordered(operator, items.length, others.length);
  }
  if (b instanceof Undefined) b.fail();
  if (a instanceof DictView && b instanceof DictView)
    throw new UnsupportedError("it compares views of mappings");
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function ordered(
  operator: OrderOperator,
  a: boolean | bigint | number,
  b: boolean | bigint | number,
): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

/** `item in container`. @throws PythonError TypeError */
export function contains(container: Value, item: Value): boolean {
  const text = textOf(container);
  if (text !== undefined) {
    const part = textOf(item);
    if (part === undefined) {
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    spendReading(text);
    return text.includes(part);
  }
  if (container instanceof PythonObject) {
    const answer = container.contains(item);
    if (answer !== undefined) return answer;
  }
  for (const candidate of iterate(container)) {
    if (identicalOrEqual(candidate, item)) return true;
  }
  return false;
}

/**
 * `sorted(items, key=…)`: stable, and comparing with `<` alone.
 * @throws UnsupportedError for what is not a number: the order would depend on the way of sorting
 */
export function sorted(items: readonly Value[], keyOf: (item: Value) => Value, isReversed: boolean): Value[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  for (const { key } of keyed) {
    if (Number.isNaN(key) || sequenceItems(key)?.some(Number.isNaN) === true)
      throw new UnsupportedError("it sorts by a value that is not a number");
  }
  keyed.sort((a, b) => {
    const [first, second] = isReversed ? [b, a] : [a, b];
    if (inOrder("<", first.key, second.key)) return -1;
    return inOrder("<", second.key, first.key) ? 1 : 0;
  });
  return keyed.map(({ item }) => item);
}
