import { PythonFunction } from "./callables.js";
import { equals } from "./compare.js";
import { isRaised, typeError, UnsupportedError } from "./errors.js";
import { iteratorFor, Tuple } from "./sequences.js";
import { lengthOf } from "./sequence-filters.js";
import { PythonObject, Undefined, type Arguments, type Value } from "./values.js";

/** Renders a recursive loop for other items, one level deeper. */
export type Recurse = (items: Value, depth0: number) => string;

/** The variable `loop`. Looks ahead only when asked to. Source: jinja2/runtime.py 3.1.6, `LoopContext`. */
export class LoopContext extends PythonObject {
  readonly typeName = "LoopContext";
  override readonly isCallable = true;
  readonly #iterable: Value;
  readonly #recurse: Recurse | undefined;
  readonly #depth0: number;
  #iterator: Iterator<Value>;
  #index0 = -1;
  #length: number | undefined;
  #after: IteratorResult<Value> | undefined;
  #current: Value | undefined;
  #before: Value | undefined;
  #lastChanged: Value | undefined;

  constructor(iterable: Value, recurse: Recurse | undefined, depth0: number) {
    super();
    this.#iterable = iterable;
    this.#iterator = iteratorFor(iterable);
    this.#recurse = recurse;
    this.#depth0 = depth0;
  }

  /** The next item, or undefined at the end. */
  next(): Value | undefined {
    const next = this.#after ?? this.#iterator.next();
    this.#after = undefined;
    if (next.done === true) return undefined;
    this.#index0++;
    this.#before = this.#current;
    this.#current = next.value;
    return next.value;
  }

  #peek(): IteratorResult<Value> {
    this.#after ??= this.#iterator.next();
    return this.#after;
  }

  override length(): number {
    if (this.#length !== undefined) return this.#length;
    try {
      this.#length = Number(lengthOf(this.#iterable));
    } catch (error) {
      if (!isRaised(error, "TypeError")) throw error;
      const isPeeked = this.#after !== undefined && this.#after.done !== true;
      const rest: Value[] = [];
      for (let next = this.#iterator.next(); next.done !== true; next = this.#iterator.next())
        rest.push(next.value);
      this.#iterator = rest.values();
      this.#length = rest.length + this.#index0 + 1 + (isPeeked ? 1 : 0);
    }
    return this.#length;
  }

  override iterator(): never {
    throw new UnsupportedError("it goes through the variable loop itself");
  }

  override call({ positional, named }: Arguments): Value {
    const items = positional[0] ?? named.get("iterable");
    if (items === undefined || positional.length + named.size !== 1)
      throw typeError("loop() takes one sequence");
    if (this.#recurse === undefined) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    }
    return this.#recurse(items, this.#depth0 + 1);
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return BigInt(this.#index0 + 1);
      case "index0":
        return BigInt(this.#index0);
      case "revindex":
        return BigInt(this.length() - this.#index0);
      case "revindex0":
        return BigInt(this.length() - this.#index0 - 1);
      case "first":
        return this.#index0 === 0;
      case "last":
        return this.#peek().done === true;
      case "length":
        return BigInt(this.length());
      case "depth":
        return BigInt(this.#depth0 + 1);
      case "depth0":
        return BigInt(this.#depth0);
      case "previtem":
        return this.#index0 === 0 ? new Undefined("there is no previous item") : this.#before;
      case "nextitem": {
        const next = this.#peek();
        return next.done === true ? new Undefined("there is no next item") : next.value;
      }
      case "cycle":
        return new PythonFunction(name, (args) => this.#cycle(args));
      case "changed":
        return new PythonFunction(name, (args) => this.#changed(args));
      default:
        return undefined;
    }
  }

  #cycle({ positional, named }: Arguments): Value {
    if (named.size > 0 || positional.length === 0) throw typeError("no items for cycling given");
    return positional[this.#index0 % positional.length] ?? null;
  }

  #changed({ positional, named }: Arguments): boolean {
    if (named.size > 0) throw typeError("changed() takes no keyword arguments");
    const value = new Tuple(positional);
    if (this.#lastChanged !== undefined && equals(this.#lastChanged, value)) return false;
    this.#lastChanged = value;
    return true;
  }

  override repr(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.length()}>`;
  }
}
