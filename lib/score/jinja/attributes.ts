import { counted, spendReading, spendText } from "./budget.js";
import { PythonFunction } from "./callables.js";
import { isRaised, PythonError, typeError } from "./errors.js";
import { containerMethod } from "./container-methods.js";
import { Dict } from "./dict.js";
import { asIndex } from "./numbers.js";
import { numberAttribute } from "./number-methods.js";
import { indexIn, itemAt, Range, Tuple } from "./sequences.js";
import { formatText } from "./str-format.js";
import { stringMethod } from "./string-methods.js";
import { codePointLength, codePoints, isWithoutPairs, sliceIndices } from "./text.js";
import { Markup, PythonObject, typeName, Undefined, type Value } from "./values.js";

/** `value.name` of a template: an attribute, else an item. Source: jinja2/sandbox.py 3.1.6, `SandboxedEnvironment.getattr`. */
export function getAttribute(value: Value, name: string): Value {
  const attribute = pythonAttribute(value, name);
  if (attribute !== undefined) return attribute;
  const item = itemOrUndefined(value, name);
  return item === undefined ? missing(value, name) : item;
}

/** `value[key]` of a template: an item, else an attribute. Source: as above, `SandboxedEnvironment.getitem`. */
export function getItem(value: Value, key: Value): Value {
  const item = itemOrUndefined(value, key);
  if (item !== undefined) return item;
  const attribute = typeof key === "string" ? pythonAttribute(value, key) : undefined;
  return attribute === undefined ? missing(value, key) : attribute;
}

function missing(value: Value, key: Value): Undefined {
  return new Undefined(
    `'${typeName(value)} object' has no attribute ${JSON.stringify(typeof key === "string" ? key : typeName(key))}`,
  );
}

/**
 * `getattr(value, name)` where the sandbox allows it. What it forbids (names with an underscore, methods that change their
 * value) is undefined; a template that uses such a result fails either way.
 */
export function pythonAttribute(value: Value, name: string): Value | undefined {
  if (value instanceof Undefined) value.fail();
  if (name.startsWith("_")) return undefined;
  spendReading(value);
  if (typeof value === "string") return name === "format" ? formatMethod(value) : stringMethod(value, name);
  if (value === null) return undefined;
  if (typeof value !== "object") return numberAttribute(value, name);
  if (Array.isArray(value)) return containerMethod(value, name);
  const attribute = value.attribute(name);
  if (attribute !== undefined) return attribute;
  return value instanceof Dict || value instanceof Tuple ? containerMethod(value, name) : undefined;
}

function formatMethod(text: string): PythonFunction {
  const lookUp = { attribute: getAttribute, item: getItem };
  return new PythonFunction("format", (args) => counted(formatText(text, args, lookUp)));
}

function itemOrUndefined(value: Value, key: Value): Value | undefined {
  try {
    return subscript(value, key);
  } catch (error) {
    if (isRaised(error, "TypeError", "IndexError", "KeyError")) return undefined;
    throw error;
  }
}

function subscript(value: Value, key: Value): Value {
  if (Array.isArray(value)) return itemAt(value, key, "list");
  spendReading(value);
  if (typeof value === "string") {
    if (isWithoutPairs(value)) return value.charAt(indexIn(value.length, key, "string"));
    return codePoints(value)[indexIn(codePointLength(value), key, "string")] ?? "";
  }
  if (value instanceof PythonObject) return value.item(key);
  throw typeError(`'${typeName(value)}' object is not subscriptable`);
}

/** `value[start:stop:step]`, which a template does as Python does it. @throws PythonError TypeError, ValueError */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) value.fail();
  const bound = (part: Value): number | undefined =>
    part === null ? undefined : clampToSafe(asIndex(part, "slice indices"));
  const stride = bound(step) ?? 1;
  if (stride === 0) throw new PythonError("ValueError", "slice step cannot be zero");
  const take = <Item>(items: ArrayLike<Item>): Item[] => {
    spendText(items.length);
    return sliceIndices(items.length, bound(start), bound(stop), stride).map((index) => items[index] as Item);
  };
  if (typeof value === "string") {
    const isPlain = isWithoutPairs(value);
    if (!isPlain || stride !== 1) return take(isPlain ? value : codePoints(value)).join("");
    spendText(value.length);
    const from = clampIndex(value.length, bound(start) ?? 0);
    return value.slice(from, Math.max(from, clampIndex(value.length, bound(stop) ?? value.length)));
  }
  if (Array.isArray(value)) return take(value);
  if (value instanceof Tuple) return new Tuple(take(value.items));
  if (value instanceof Range)
    return slicedRange(
      value,
      sliceIndices(value.length(), bound(start), bound(stop), stride),
      bound(start),
      bound(stop),
      stride,
    );
  if (value instanceof Markup) return value.item();
  throw typeError(`'${typeName(value)}' object cannot be sliced`);
}

function clampIndex(length: number, index: number): number {
  return Math.min(Math.max(index < 0 ? index + length : index, 0), length);
}

function clampToSafe(index: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(index > limit ? limit : index < -limit ? -limit : index);
}

/** Python's slice of a range is a range: its ends are where the indices would go on. */
function slicedRange(
  range: Range,
  indices: readonly number[],
  start: number | undefined,
  stop: number | undefined,
  step: number,
): Range {
  const length = range.length();
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  const first = indices[0] ?? (start === undefined ? (step > 0 ? lowest : highest) : clamp(start));
  const end = stop === undefined ? (step > 0 ? highest : lowest) : clamp(stop);
  return new Range(range.at(first), range.at(end), range.step * BigInt(step));
}
