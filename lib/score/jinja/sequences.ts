import { spend } from "./budget.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { asIndex } from "./numbers.js";
import { PythonObject, typeName, type Value } from "./values.js";

/** `(a, b)`. */
export class Tuple extends PythonObject {
  readonly typeName: string = "tuple";
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  override length(): number {
    return this.items.length;
  }

  override iterator(): Iterator<Value> {
    return this.items.values();
  }

  override reversed(): Iterator<Value> {
    return this.items.toReversed().values();
  }

  override item(key: Value): Value {
    return itemAt(this.items, key, "tuple");
  }
}

/** What `groupby` gives. Source: jinja2/filters.py 3.1.6, `_GroupTuple`. */
export class GroupTuple extends Tuple {
  override readonly typeName = "_GroupTuple";

  override attribute(name: string): Value | undefined {
    if (name === "grouper") return this.items[0];
    return name === "list" ? this.items[1] : undefined;
  }
}

/** `range(start, stop, step)`. */
export class Range extends PythonObject {
  readonly typeName = "range";
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  readonly #length: number;

  /** @throws PythonError ValueError for a step of zero */
  constructor(start: bigint, stop: bigint, step: bigint) {
    super();
    if (step === 0n) throw new PythonError("ValueError", "range() arg 3 must not be zero");
    [this.start, this.stop, this.step] = [start, stop, step];
    const span = step > 0n ? stop - start : start - stop;
    const size = step > 0n ? step : -step;
    this.#length = span <= 0n ? 0 : Number((span + size - 1n) / size);
  }

  override length(): number {
    return this.#length;
  }

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }

  override *iterator(): Generator<Value, undefined> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }

  override *reversed(): Generator<Value, undefined> {
    for (let index = this.#length - 1; index >= 0; index--) yield this.at(index);
  }

  override item(key: Value): Value {
    return this.at(indexIn(this.#length, key, "range object"));
  }

  override attribute(name: string): Value | undefined {
    if (name === "start" || name === "stop" || name === "step") return this[name];
    if (name === "index" || name === "count") throw new UnsupportedError(`it uses range.${name}`);
    return undefined;
  }

  override repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1n ? "" : `, ${this.step}`})`;
  }
}

/** A generator or another iterator: it can be gone through once. */
export class PythonIterator extends PythonObject {
  readonly typeName = "generator";
  readonly #iterator: Iterator<Value>;

  constructor(iterator: Iterator<Value>) {
    super();
    this.#iterator = iterator;
  }

  override iterator(): Iterator<Value> {
    return this.#iterator;
  }

  override item(): never {
    throw typeError("an iterator is not subscriptable");
  }

  override attribute(name: string): undefined {
    if (["close", "send", "throw"].includes(name) || name.startsWith("gi_")) {
      throw new UnsupportedError(`it uses the generator's ${name}`);
    }
    return undefined;
  }
}

/** `iter(value)`; every item is a step of the rendering. @throws PythonError TypeError */
export function* iterate(value: Value): Generator<Value, undefined> {
  const iterator = iteratorOf(value);
  if (iterator === undefined) throw typeError(`'${typeName(value)}' object is not iterable`);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    spend(1);
    yield next.value;
  }
}

/** As `iterate`, failing at once for what cannot be iterated, as `iter()` does. */
export function iteratorFor(value: Value): Iterator<Value> {
  if (iteratorOf(value) === undefined) throw typeError(`'${typeName(value)}' object is not iterable`);
  return iterate(value);
}

export function isIterable(value: Value): boolean {
  return iteratorOf(value) !== undefined;
}

function iteratorOf(value: Value): Iterator<Value> | undefined {
  if (Array.isArray(value)) return value.values();
  if (typeof value === "string") return value[Symbol.iterator]();
  return value instanceof PythonObject ? value.iterator() : undefined;
}

/** `list(value)`. */
export function listOf(value: Value): Value[] {
  if (Array.isArray(value)) {
    spend(value.length);
    return [...value];
  }
  return [...iterate(value)];
}

/** `items[key]` of a list or tuple. @throws PythonError TypeError, IndexError */
export function itemAt(items: readonly Value[], key: Value, name: string): Value {
  return items[indexIn(items.length, key, name)] ?? null;
}

/** A subscript as an index from the front. @throws PythonError TypeError, IndexError */
export function indexIn(length: number, key: Value, name: string): number {
  const index = asIndex(key, `${name} indices`);
  const fromFront = index < 0n ? index + BigInt(length) : index;
  if (fromFront < 0n || fromFront >= BigInt(length))
    throw new PythonError("IndexError", `${name} index out of range`);
  return Number(fromFront);
}
