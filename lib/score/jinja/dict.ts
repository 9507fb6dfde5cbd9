import { spend, spendReading } from "./budget.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { Range, Tuple } from "./sequences.js";
import { PythonObject, textOf, typeName, Undefined, type Value } from "./values.js";

/** `{key: value}`: any hashable key, in the order of insertion. */
export class Dict extends PythonObject {
  readonly typeName = "dict";
  readonly #entries = new Map<string, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  /** Only while the mapping is made: a template cannot change one. The first of equal keys stays. */
  set(key: Value, value: Value): void {
    const hash = hashOf(key);
    const entry = this.#entries.get(hash);
    if (entry === undefined) this.#entries.set(hash, [key, value]);
    else entry[1] = value;
  }

  /** @throws PythonError TypeError for a key that cannot be hashed */
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1];
  }

  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }

  override length(): number {
    return this.#entries.size;
  }

  override *iterator(): Generator<Value, undefined> {
    for (const [key] of this.#entries.values()) yield key;
  }

  override reversed(): Iterator<Value> {
    return [...this.iterator()].toReversed().values();
  }

  override contains(item: Value): boolean {
    return this.get(item) !== undefined;
  }

  override item(key: Value): Value {
    const value = this.get(key);
    if (value === undefined) throw new PythonError("KeyError", "the mapping has no such key");
    return value;
  }
}

type ViewKind = "keys" | "values" | "items";

/** What `dict.keys()`, `.values()` and `.items()` give. */
export class DictView extends PythonObject {
  readonly typeName: string;
  readonly kind: ViewKind;
  readonly #dict: Dict;

  constructor(dict: Dict, kind: ViewKind) {
    super();
    this.typeName = `dict_${kind}`;
    this.kind = kind;
    this.#dict = dict;
  }

  override length(): number {
    return this.#dict.length();
  }

  override *iterator(): Generator<Value, undefined> {
    for (const [key, value] of this.#dict.entries()) {
      yield this.kind === "keys" ? key : this.kind === "values" ? value : new Tuple([key, value]);
    }
  }

  override reversed(): Iterator<Value> {
    return [...this.iterator()].toReversed().values();
  }

  override contains(item: Value): boolean | undefined {
    return this.kind === "keys" ? this.#dict.contains(item) : undefined;
  }

  override attribute(name: string): undefined {
    if (name === "mapping" || name === "isdisjoint")
      throw new UnsupportedError(`it uses ${this.typeName}.${name}`);
    return undefined;
  }
}

/** Numbers objects that are compared by identity. */
const identities = new WeakMap<PythonObject, number>();
let lastIdentity = 0;

/**
 * A text that is the same for equal values and for no others.
 * @throws PythonError TypeError for what has no hash in Python
 */
export function hashOf(value: Value): string {
  spend(1);
  const text = textOf(value);
  if (text !== undefined) {
    spendReading(text);
    return `s${text}`;
  }
  if (value === null) return "None";
  switch (typeof value) {
    case "boolean":
      return value ? "n1" : "n0";
    case "bigint":
      return `n${value}`;
    case "number":
      if (Number.isNaN(value)) throw new UnsupportedError("it uses a number that is not one as a key");
      return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
    default:
  }
  if (value instanceof Tuple) {
    const parts = value.items.map(hashOf);
    return `t${parts.map((part) => `${part.length}:${part}`).join("")}`;
  }
  if (value instanceof Undefined) return "undefined";
  if (value instanceof Range) throw new UnsupportedError("it uses a range as a key");
  if (Array.isArray(value) || value instanceof Dict || value instanceof DictView) {
    throw typeError(`unhashable type: '${typeName(value)}'`);
  }
  if (!(value instanceof PythonObject)) throw typeError("unhashable type");
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return `o${identity}`;
}
