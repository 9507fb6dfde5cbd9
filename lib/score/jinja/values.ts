import { PythonError, typeError, UnsupportedError } from "./errors.js";

/**
 * A Python value. Each type of Python has a JavaScript type of its own, so that an int is never taken for a float, nor a
 * tuple for a list: None is null, bool boolean, int bigint, float number, str string, list an array, the rest classes.
 */
export type Value = null | boolean | bigint | number | string | Value[] | PythonObject;

/** Arguments of a call. */
export interface Arguments {
  positional: readonly Value[];
  named: ReadonlyMap<string, Value>;
}

export const NO_ARGUMENTS: Arguments = { positional: [], named: new Map() };

/* eslint-disable @typescript-eslint/no-unused-vars -- parameters for what overrides */
/** Every other Python value; what a class leaves out, Python answers with a TypeError or AttributeError. */
export abstract class PythonObject {
  /** `type(value).__name__`. */
  abstract readonly typeName: string;
  readonly isCallable: boolean = false;

  /** `bool(value)`. */
  isTrue(): boolean {
    return this.length() !== 0;
  }

  /** `len(value)`, or undefined. */
  length(): number | undefined {
    return undefined;
  }

  /** `iter(value)`, or undefined. */
  iterator(): Iterator<Value> | undefined {
    return undefined;
  }

  /** `reversed(value)`, or undefined. */
  reversed(): Iterator<Value> | undefined {
    return undefined;
  }

  /** `getattr(value, name)` of names without a leading underscore, or undefined. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /** `value[key]`. */
  item(_key: Value): Value {
    throw typeError(`'${this.typeName}' object is not subscriptable`);
  }

  /** `item in value`, or undefined to look through the items. */
  contains(_item: Value): boolean | undefined {
    return undefined;
  }

  call(_args: Arguments): Value {
    throw typeError(`'${this.typeName}' object is not callable`);
  }

  /** `repr(value)`. @throws UnsupportedError for those that would print an address in memory */
  repr(): string {
    throw new UnsupportedError(`it prints a value that has no text of its own (${this.typeName})`);
  }
}

/* eslint-enable @typescript-eslint/no-unused-vars */

/** A variable, attribute or item that is not there. Source: jinja2/runtime.py 3.1.6, `Undefined`. */
export class Undefined extends PythonObject {
  readonly typeName = "Undefined";
  override readonly isCallable = true;
  readonly #message: string;

  constructor(message: string) {
    super();
    this.#message = message;
  }

  fail(): never {
    throw new PythonError("UndefinedError", this.#message);
  }

  override length(): number {
    return 0;
  }

  override iterator(): Iterator<Value> {
    return [].values();
  }

  override reversed(): Iterator<Value> {
    return [].values();
  }

  override attribute(): never {
    this.fail();
  }

  override item(): never {
    this.fail();
  }

  override call(): never {
    this.fail();
  }

  override repr(): string {
    return "Undefined";
  }
}

/** A str that `escape` or `safe` has marked. Its text is printed like another; its operators, which escape, are refused. */
export class Markup extends PythonObject {
  readonly typeName = "Markup";
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override length(): never {
    return refuseMarkup();
  }

  override isTrue(): boolean {
    return this.text !== "";
  }

  override iterator(): never {
    return refuseMarkup();
  }

  override attribute(): never {
    return refuseMarkup();
  }

  override item(): never {
    return refuseMarkup();
  }

  override contains(): never {
    return refuseMarkup();
  }

  override repr(): never {
    return refuseMarkup();
  }
}

function refuseMarkup(): never {
  throw new UnsupportedError("it works on with text that was escaped or marked as safe");
}

/** The text of a str, marked or not; undefined for everything else. */
export function textOf(value: Value): string | undefined {
  return typeof value === "string" ? value : value instanceof Markup ? value.text : undefined;
}

/** `type(value).__name__`. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "string":
      return "str";
    default:
      return value.typeName;
  }
}

/** `bool(value)`. */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  switch (typeof value) {
    case "boolean":
      return value;
    case "bigint":
      return value !== 0n;
    case "number":
      return value !== 0;
    case "string":
      return value !== "";
    default:
      return value.isTrue();
  }
}
