import { typeError, UnsupportedError, valueError } from "./errors.js";
import { Dict } from "./dict.js";
import { dictRepr } from "./repr.js";
import { iterate, listOf } from "./sequences.js";
import { PythonObject, type Arguments, type Value } from "./values.js";

/** What `namespace(…)` gives, whose attributes a template can set. Source: jinja2/utils.py 3.1.6, `Namespace`. */
export class Namespace extends PythonObject {
  readonly typeName = "Namespace";
  readonly #attributes: Dict;

  constructor(args: Arguments) {
    super();
    this.#attributes = dictOf(args);
    for (const [name] of this.#attributes.entries()) refusePrivate(name);
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  set(name: string, value: Value): void {
    refusePrivate(name);
    this.#attributes.set(name, value);
  }

  override repr(): string {
    return `<Namespace ${dictRepr(this.#attributes)}>`;
  }
}

/** transformers refuses such names from version 5 on, and a template could not read them before either. */
function refusePrivate(name: Value): void {
  if (typeof name === "string" && name.startsWith("_")) {
    throw new UnsupportedError(`it sets an attribute with an underscore, ${name}`);
  }
}

/** `dict(…)`: of a mapping or of pairs, and of named values. @throws PythonError TypeError, ValueError */
export function dictOf({ positional, named }: Arguments): Dict {
  if (positional.length > 1) throw typeError(`dict expected at most 1 argument, got ${positional.length}`);
  const dict = new Dict();
  const [source] = positional;
  if (source instanceof Dict) for (const [key, value] of source.entries()) dict.set(key, value);
  else if (source !== undefined) {
    for (const pair of iterate(source)) {
      const [key, value, ...more] = listOf(pair);
      if (key === undefined || value === undefined || more.length > 0) throw valueError("dict takes pairs");
      dict.set(key, value);
    }
  }
  for (const [key, value] of named) dict.set(key, value);
  return dict;
}
