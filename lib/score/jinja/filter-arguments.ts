import { isRaised, typeError } from "./errors.js";
import { getItem } from "./attributes.js";
import { pythonStr } from "./repr.js";
import { Markup, textOf, Undefined, type Arguments, type Value } from "./values.js";

/** A filter. Source of all: jinja2/filters.py 3.1.6, under the names that templates use. */
export type Filter = (value: Value, args: Arguments) => Value;

/** The text of `soft_str(value)`, through a function; marked text stays marked. */
export function mapText(value: Value, change: (text: string) => string): Value {
  return value instanceof Markup ? new Markup(change(value.text)) : change(pythonStr(value));
}

/** `value.lower()` of a text, for orders that do not look at case. */
export function ignoreCase(value: Value): Value {
  return textOf(value)?.toLowerCase() ?? value;
}

/** Looks an item's attribute up, by a path such as `a.b.0`. Source: `make_attrgetter`. */
export function attributeGetter(
  attribute: Value,
  postprocess: (value: Value) => Value = (value) => value,
  fallback: Value = null,
): (item: Value) => Value {
  const parts = pathOf(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = getItem(value, part);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return postprocess(value);
  };
}

/** As {@link attributeGetter}, for several paths with commas between. Source: `make_multi_attrgetter`. */
export function multiAttributeGetter(
  attribute: Value,
  postprocess: (value: Value) => Value,
): (item: Value) => Value[] {
  const paths = typeof attribute === "string" ? attribute.split(",") : [attribute];
  const getters = paths.map((path) => attributeGetter(path, postprocess));
  return (item) => getters.map((get) => get(item));
}

function pathOf(attribute: Value): Value[] {
  if (attribute === null) return [];
  if (typeof attribute !== "string") return [attribute];
  return attribute.split(".").map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

/** Gives a fallback for what Python's `except` of those kinds would catch. */
export function orElse<Result>(work: () => Result, fallback: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isRaised(error, "TypeError", "ValueError")) return fallback();
    throw error;
  }
}

/** The text of an argument that must be one. */
export function textArgument(value: Value, name: string): string {
  const text = textOf(value);
  if (text === undefined) throw typeError(`${name} takes a text`);
  return text;
}
