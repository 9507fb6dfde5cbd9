import { BudgetError, concatenate, counted, repeatText, spend } from "./budget.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { arithmetic, isInt, isNumber, type ArithmeticOperator } from "./numbers.js";
import { formatPercent } from "./percent-format.js";
import { Tuple } from "./sequences.js";
import { Markup, typeName, Undefined, type Value } from "./values.js";

/** `left <operator> right`. @throws PythonError TypeError, UndefinedError, ZeroDivisionError */
export function binary(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (left instanceof Markup || right instanceof Markup) {
    throw new UnsupportedError("it works on with text that was escaped or marked as safe");
  }
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right);
  if (left instanceof Undefined) left.fail();
  if (operator === "%" && typeof left === "string") return counted(formatPercent(left, right));
  if (right instanceof Undefined) right.fail();
  const result = operator === "+" ? join(left, right) : operator === "*" ? repeat(left, right) : undefined;
  if (result !== undefined) return result;
  throw typeError(
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function join(left: Value, right: Value): Value | undefined {
  if (typeof left === "string" && typeof right === "string") return concatenate([left, right]);
  if (Array.isArray(left) && Array.isArray(right)) return countedItems([left, right], 1, (items) => items);
  if (left instanceof Tuple && right instanceof Tuple) {
    return countedItems([left.items, right.items], 1, (items) => new Tuple(items));
  }
  return undefined;
}

function repeat(left: Value, right: Value): Value | undefined {
  if (isInt(left)) return isInt(right) ? undefined : repeat(right, left);
  if (!isInt(right)) return undefined;
  if (BigInt.asIntN(64, BigInt(right)) !== BigInt(right)) {
    throw new PythonError("OverflowError", "cannot fit 'int' into an index-sized integer");
  }
  const count = Math.max(0, Number(right));
  if (typeof left === "string") return repeatText(left, count);
  if (Array.isArray(left)) return countedItems([left], count, (items) => items);
  return left instanceof Tuple ? countedItems([left.items], count, (items) => new Tuple(items)) : undefined;
}

/** Most items of one list. */
const MAX_ITEMS = 1 << 22;

function countedItems<Result>(
  parts: readonly (readonly Value[])[],
  count: number,
  make: (items: Value[]) => Result,
): Result {
  const length = parts.reduce((sum, part) => sum + part.length, 0) * count;
  if (length > MAX_ITEMS) throw new BudgetError(`it makes a list of more than ${MAX_ITEMS} items`);
  spend(length);
  const once = parts.length === 1 ? (parts[0] ?? []) : (parts[0] ?? []).concat(parts[1] ?? []);
  return make(length === 0 ? [] : Array.from({ length }, (_, index) => once[index % once.length] ?? null));
}
