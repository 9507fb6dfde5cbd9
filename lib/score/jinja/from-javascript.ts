import { Dict } from "./dict.js";
import { UnsupportedError } from "./errors.js";
import { PythonObject, type Value } from "./values.js";

/** A value that a template may be given but not read. */
class Opaque extends PythonObject {
  readonly typeName = "object";
  readonly #what: string;

  constructor(what: string) {
    super();
    this.#what = what;
  }

  override attribute(): never {
    return this.#refuse();
  }

  override item(): never {
    return this.#refuse();
  }

  override iterator(): never {
    return this.#refuse();
  }

  override repr(): never {
    return this.#refuse();
  }

  #refuse(): never {
    throw new UnsupportedError(`it reads ${this.#what}`);
  }
}

/** A value for a template, and how much text it holds. */
export interface Converted {
  value: Value;
  /** UTF-16 units of its texts, and one for every value. */
  units: number;
}

/**
 * A JavaScript value as a template sees it: objects and Maps become mappings (properties that are undefined are left out),
 * arrays lists, bigints and whole numbers ints, `Number` objects and other numbers floats. Values of a template stay as they
 * are. Whatever JSON does not have, and a whole number beyond 2^53 that is no bigint, may be there, but fails a template that
 * reads it.
 */
export function fromJavaScript(value: unknown): Converted {
  const counter = { units: 0 };
  return { value: convert(value, counter), units: counter.units };
}

function convert(value: unknown, counter: { units: number }): Value {
  counter.units++;
  if (value === null || value instanceof PythonObject) return value;
  switch (typeof value) {
    case "string":
      counter.units += value.length;
      return value;
    case "boolean":
    case "bigint":
      return value;
    case "number":
      if (Number.isSafeInteger(value)) return BigInt(value);
      return Number.isInteger(value)
        ? new Opaque("a whole number beyond 2^53, whose digits are lost")
        : value;
    default:
  }
  if (Array.isArray(value)) return value.map((item: unknown) => convert(item, counter));
  if (value instanceof Map) return dictOf(value.entries(), counter);
  if (isPlainObject(value)) return dictOf(Object.entries(value), counter);
  return Object.prototype.toString.call(value) === "[object Number]"
    ? Number(value)
    : new Opaque("a value that JSON does not have");
}

function dictOf(entries: Iterable<[unknown, unknown]>, counter: { units: number }): Dict {
  const dict = new Dict();
  for (const [key, item] of entries) {
    if (item !== undefined) dict.set(convert(key, counter), convert(item, counter));
  }
  return dict;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
