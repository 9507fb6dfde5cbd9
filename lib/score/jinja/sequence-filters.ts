import { spend } from "./budget.js";
import { bind, bindPositional } from "./callables.js";
import { equals, inOrder, sorted } from "./compare.js";
import { Dict, hashOf } from "./dict.js";
import { PythonError, typeError, UnsupportedError, valueError } from "./errors.js";
import { attributeGetter, ignoreCase, multiAttributeGetter, type Filter } from "./filter-arguments.js";
import { asCount, isNumber } from "./numbers.js";
import { binary } from "./operators.js";
import { GroupTuple, iterate, iteratorFor, listOf, PythonIterator, Tuple } from "./sequences.js";
import { codePointLength, codePoints } from "./text.js";
import { isTrue, PythonObject, textOf, typeName, Undefined, type Arguments, type Value } from "./values.js";

/** `len(value)`. @throws PythonError TypeError */
export function lengthOf(value: Value): bigint {
  if (typeof value === "string") return BigInt(codePointLength(value));
  if (Array.isArray(value)) return BigInt(value.length);
  const length = value instanceof PythonObject ? value.length() : undefined;
  if (length === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  return BigInt(length);
}

const length: Filter = (value, args) => {
  bindPositional("length", [], args);
  return lengthOf(value);
};

/** A filter that gives a generator, which does its work when it is asked for items. */
const lazily =
  (make: (value: Value, args: Arguments) => Iterator<Value>): Filter =>
  (value, args) =>
    new PythonIterator(make(value, args));

const extreme =
  (name: string, operator: "<" | ">"): Filter =>
  (value, args) => {
    const [isCaseSensitive = false, attribute = null] = bind(name, ["case_sensitive?", "attribute?"], args);
    const keyOf = attributeGetter(attribute, isTrue(isCaseSensitive) ? undefined : ignoreCase);
    let best: { item: Value; key: Value } | undefined;
    for (const item of iterate(value)) {
      const key = keyOf(item);
      if (best === undefined || inOrder(operator, key, best.key)) best = { item, key };
    }
    return best === undefined ? new Undefined("No aggregated item, sequence was empty.") : best.item;
  };

/** Filters of sequences and mappings. */
export const SEQUENCE_FILTERS: Readonly<Record<string, Filter>> = {
  batch: lazily(function* (value, args) {
    const [count = null, fill = null] = bind("batch", ["linecount", "fill_with?"], args);
    let batch: Value[] = [];
    for (const item of iterate(value)) {
      if (equals(BigInt(batch.length), count)) {
        yield batch;
        batch = [];
      }
      batch.push(item);
    }
    if (batch.length === 0) return;
    if (fill !== null) spend(asCount(count, "batch") - batch.length);
    if (fill !== null)
      for (let missing = asCount(count, "batch") - batch.length; missing > 0; missing--) batch.push(fill);
    yield batch;
  }),
  count: length,
  dictsort: (value, args) => {
    const [isCaseSensitive = false, by = "key", isReversed = false] = bind(
      "dictsort",
      ["case_sensitive?", "by?", "reverse?"],
      args,
    );
    if (by !== "key" && by !== "value") throw valueError('You can only sort by either "key" or "value"');
    if (value instanceof Undefined) value.fail();
    if (!(value instanceof Dict)) throw new PythonError("AttributeError", "dictsort takes a mapping");
    const pairs = [...value.entries()].map((pair) => new Tuple(pair));
    const keyOf = (pair: Value): Value => {
      const part = pair instanceof Tuple ? (pair.items[by === "key" ? 0 : 1] ?? null) : null;
      return isTrue(isCaseSensitive) ? part : ignoreCase(part);
    };
    return sorted(pairs, keyOf, isTrue(isReversed));
  },
  first: (value, args) => {
    bind("first", [], args);
    const next = iteratorFor(value).next();
    return next.done === true ? new Undefined("No first item, sequence was empty.") : next.value;
  },
  groupby: (value, args) => {
    const [attribute = null, fallback = null, isCaseSensitive = false] = bind(
      "groupby",
      ["attribute", "default?", "case_sensitive?"],
      args,
    );
    const keyOf = attributeGetter(attribute, isTrue(isCaseSensitive) ? undefined : ignoreCase, fallback);
    const shownKey = attributeGetter(attribute, undefined, fallback);
    const groups: { key: Value; items: Value[] }[] = [];
    for (const item of sorted(listOf(value), keyOf, false)) {
      const key = keyOf(item);
      const last = groups.at(-1);
      if (last !== undefined && equals(last.key, key)) last.items.push(item);
      else groups.push({ key, items: [item] });
    }
    return groups.map(
      ({ key, items }) => new GroupTuple([isTrue(isCaseSensitive) ? key : shownKey(items[0] ?? null), items]),
    );
  },
  items: lazily(function* (value, args) {
    bind("items", [], args);
    if (value instanceof Undefined) return;
    if (!(value instanceof Dict)) throw typeError("Can only get item pairs from a mapping.");
    for (const pair of value.entries()) yield new Tuple(pair);
  }),
  last: (value, args) => {
    bind("last", [], args);
    const next = reversedIterator(value)?.next();
    if (next === undefined) throw typeError(`'${typeName(value)}' object is not reversible`);
    return next.done === true ? new Undefined("No last item, sequence was empty.") : next.value;
  },
  length,
  list: (value, args) => {
    bind("list", [], args);
    return listOf(value);
  },
  max: extreme("max", ">"),
  min: extreme("min", "<"),
  reverse: (value, args) => {
    bind("reverse", [], args);
    if (typeof value === "string") return codePoints(value).toReversed().join("");
    if (textOf(value) !== undefined)
      throw new UnsupportedError("it reverses text that was escaped or marked as safe");
    const iterator = reversedIterator(value);
    return iterator === undefined ? listOf(value).toReversed() : new PythonIterator(iterator);
  },
  slice: lazily(function* (value, args) {
    const [slices = null, fill = null] = bind("slice", ["slices", "fill_with?"], args);
    const items = listOf(value);
    const count = asCount(slices, "slice");
    if (count === 0) throw new PythonError("ZeroDivisionError", "integer division or modulo by zero");
    const [size, extra] = [Math.floor(items.length / count), items.length % count];
    for (let number = 0, start = 0; number < count; number++) {
      const end = start + size + (number < extra ? 1 : 0);
      const part = items.slice(start, end);
      if (fill !== null && number >= extra) part.push(fill);
      spend(part.length + 1);
      yield part;
      start = end;
    }
  }),
  sort: (value, args) => {
    const [isReversed = false, isCaseSensitive = false, attribute = null] = bind(
      "sort",
      ["reverse?", "case_sensitive?", "attribute?"],
      args,
    );
    const keyOf = multiAttributeGetter(attribute, isTrue(isCaseSensitive) ? (key) => key : ignoreCase);
    return sorted(listOf(value), keyOf, isTrue(isReversed));
  },
  sum,
  unique: lazily(function* (value, args) {
    const [isCaseSensitive = false, attribute = null] = bind(
      "unique",
      ["case_sensitive?", "attribute?"],
      args,
    );
    const keyOf = attributeGetter(attribute, isTrue(isCaseSensitive) ? undefined : ignoreCase);
    const seen = new Set<string>();
    for (const item of iterate(value)) {
      const hash = hashOf(keyOf(item));
      if (seen.has(hash)) continue;
      seen.add(hash);
      yield item;
    }
  }),
};

/** `reversed(value)`, undefined for what is not reversible. */
function reversedIterator(value: Value): Iterator<Value> | undefined {
  if (typeof value === "string") return codePoints(value).toReversed().values();
  if (Array.isArray(value)) return value.toReversed().values();
  return value instanceof PythonObject ? value.reversed() : undefined;
}

function sum(value: Value, args: Arguments): Value {
  const [attribute = null, start = 0n] = bind("sum", ["attribute?", "start?"], args);
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  const get = attributeGetter(attribute);
  let total = start;
  let floats = 0;
  for (const item of iterate(value)) {
    const part = get(item);
    // Python adds floats more exactly from version 3.12 on: with two or more, the sum depends on the version.
    if (typeof part === "number" && ++floats > 1) refuseInexact(total, part);
    total = binary("+", total, part);
  }
  return total;
}

function refuseInexact(total: Value, part: number): void {
  const sumOfBoth = isNumber(total) ? Number(total) + part : NaN;
  const isExact = sumOfBoth - part === Number(total) && sumOfBoth - Number(total) === part;
  if (!isExact) throw new UnsupportedError("it sums numbers whose sum depends on the version of Python");
}
